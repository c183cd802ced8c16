// Reads one JSON document from standard input: the account and what to do; writes what wechat-crypto makes of it.
const Crypt = require('wechat-crypto');
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const theirs = new Crypt(asked.token, asked.key, asked.appid);

process.stdout.write(JSON.stringify({
  encrypted: asked.messages.map((message) => theirs.encrypt(message)),
  decrypted: asked.sealed.map((sealed) => theirs.decrypt(sealed)),
  signatures: asked.sealed.map((sealed) => theirs.getSignature(asked.timestamp, asked.nonce, sealed)),
}));
