"""WeRoBot without sessions, behind gunicorn. Echoes every text."""

from __future__ import annotations

import os

from werobot import WeRoBot

robot = WeRoBot(
    token=os.environ["WECHAT_TOKEN"],
    app_id=os.environ["WECHAT_APP_ID"],
    encoding_aes_key=os.environ["WECHAT_AES_KEY"],
    enable_session=False,
)


@robot.text
def echo(message):
    """The text as it came."""
    return message.content


# Its only route is "/"; the load asks each peer at the path it has.
app = robot.wsgi
