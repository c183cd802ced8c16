"""`python -m wechat.standin`."""

import sys

from wechat.standin.command import main

sys.exit(main())
