"""usage: expect_events.py FILE — judges a file of events by the expressions on stdin, one a line; all must hold."""
import json
import sys

MB = 1 << 20


def main(path):
    with open(path, encoding="utf-8", errors="strict") as file:
        events = [json.loads(line) for line in file]
    by_name = {event["test"]: event for event in events if event["event"] == "test_finished"}

    def of(kind):
        return [event for event in events if event["event"] == kind]

    known = {"events": events, "by_name": by_name, "of": of, "MB": MB}
    broken = 0
    for expression in filter(None, (line.strip() for line in sys.stdin)):
        try:
            holds, why = bool(eval(expression, known)), ""
        except Exception as error:  # a missing field is a broken expectation like any other
            holds, why = False, f"   ({type(error).__name__}: {error})"
        if not holds:
            broken += 1
            print("does not hold:", expression + why)
    if broken:
        shown = [e for e in events if e["event"] not in ("test_started",) and e.get("verdict") != "pass"]
        print("of what did not pass:", *(json.dumps(event) for event in shown[:20]), sep="\n")
    return broken != 0


sys.exit(main(sys.argv[1]))
