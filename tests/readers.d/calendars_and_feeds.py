"""Reads every calendar and feed of a node as Python's readers do; says what they complain of."""
import json
import sys
import urllib.request

import feedparser
import icalendar
import vobject

ROOT = sys.argv[1]
complaints = []


def get(path):
    with urllib.request.urlopen(ROOT + path) as answer:
        return answer.read()


def check(path, holds, what):
    if not holds:
        complaints.append(f"{path}: {what}")


def calendar(path):
    data = get(path)
    read = icalendar.Calendar.from_ical(data)
    events = [c for c in read.walk() if c.name == "VEVENT"]
    check(path, events, "icalendar finds no event")
    for part in read.walk():
        check(path, not part.errors, f"icalendar: {part.name}: {part.errors}")
    for event in events:
        check(path, event.get("UID") and event.get("DTSTAMP"), "icalendar: no UID or DTSTAMP")
    other = vobject.readOne(data.decode("utf-8"))
    other.validate(raiseException=True)
    for event in other.vevent_list:
        if getattr(event, "rruleset", None) is not None:
            check(path, any(True for _ in event.rruleset), "vobject: a recurrence without an occurrence")
    return len(events)


# What has no date is in no calendar.
ids = [e["id"] for e in json.loads(get("/api/v1/events?limit=200"))["items"] if e.get("occurrence")]
count = calendar("/api/v1/events.ics") + sum(calendar(f"/api/v1/events/{i}.ics") for i in ids)
print(f"icalendar, vobject: {count} events in {len(ids) + 1} calendars")
for path in ("/api/v1/events.atom", "/api/v1/events.rss", "/api/v1/resources.atom", "/api/v1/resources.rss"):
    feed = feedparser.parse(get(path))
    check(path, not feed.bozo, f"feedparser: {feed.get('bozo_exception')}")
    check(path, feed.entries, "feedparser finds no entry")
    for entry in feed.entries:
        check(path, entry.get("id") and entry.get("title") and entry.get("link"), "feedparser: an entry without id, title or link")
    print(f"feedparser: {path}, {len(feed.entries)} entries, {feed.version}")
for complaint in complaints:
    print(complaint, file=sys.stderr)
sys.exit(1 if complaints else 0)
