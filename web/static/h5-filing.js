// Filing.
