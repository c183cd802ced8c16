from structlog.testing import capture_logs

from bot.door_alarms import QUIET_S, DoorAlarms


async def test_each_alarm_speaks_once_a_minute_however_often_somebody_knocks() -> None:
    now = 100.0
    alarms = DoorAlarms(None, lambda: now)
    with capture_logs() as logs:
        for number in range(3):
            for _ in range(50):
                await alarms.clock_off(3600 + number)
                alarms.refused("forbidden", "the signature does not match")
                alarms.refused("unreadable", "the message cannot be read")
            now += QUIET_S - 0.1 if number == 0 else 0.1
    assert [(log["event"], log.get("seconds", log.get("kind"))) for log in logs] == [
        ("wechat.clock_off", 3600),
        ("wechat.refused", "forbidden"),
        ("wechat.refused", "unreadable"),
        ("wechat.clock_off", 3602),
        ("wechat.refused", "forbidden"),
        ("wechat.refused", "unreadable"),
    ]
