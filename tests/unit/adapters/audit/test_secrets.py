"""No secret gets into the trail."""

import json
import random
from urllib.parse import quote

from replayer_qt.adapters.audit.cleaning import cleaner
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.core.order_events import OrderRejected, OrderUnknown
from replayer_qt.core.orders import OrderId
from tests.helpers.audits import START, checked, decided, records, trail_in
from tests.helpers.make import event

SECRETS = ("8123456:AAF-bot_token", 'key"with\\quotes', "wallet/5oNDL+é=", "s3cr3t")


def test_canary_secrets_are_not_in_the_trail(tmp_path):
    """AU-05, S4-K8: registered secrets, in every form, in every text of every event."""
    redactor = Redactor()
    for number, secret in enumerate(SECRETS):
        redactor.register(f"canary-{number}", secret)
    trail = trail_in(tmp_path, clean=cleaner(redactor.clean))
    draw = random.Random(4)
    for number in range(400):
        secret = draw.choice(SECRETS)
        form = draw.choice([secret, quote(secret), json.dumps(secret)[1:-1]])
        text = "x" * draw.randrange(9) + form + draw.choice(["", "/path", '"}', " "])
        kind = draw.choice([OrderRejected, OrderUnknown])
        trail.append([event(kind, START, order_id=OrderId(f"o{number}"), reason=text)])
    trail.append(decided("o1"))
    trail.close()
    assert checked(tmp_path).is_whole
    assert len(records(tmp_path)) == 403
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode()
    told = [json.dumps(record, ensure_ascii=False) for record in records(tmp_path)]
    for secret in SECRETS:
        for form in (secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]):
            assert form not in written
            assert not any(form in one for one in told)
    assert any("<canary-0>" in one for one in told)


def test_what_holds_no_secret_is_written_as_it_is(tmp_path):
    redactor = Redactor()
    redactor.register("token", "not-in-there")
    with_redactor = trail_in(tmp_path / "a", clean=cleaner(redactor.clean))
    without = trail_in(tmp_path / "b")
    for trail in (with_redactor, without):
        trail.append(decided("o1"))
        trail.close()
    assert records(tmp_path / "a") == records(tmp_path / "b")
