// Reads the calendars of a node as ical.js does, which many calendars on the web are made with.
import ICAL from 'ical.js';

const [root] = process.argv.slice(2);
const complaints = [];
const get = async (path) => (await fetch(root + path)).text();

function read(path, text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  const events = calendar.getAllSubcomponents('vevent').map((part) => new ICAL.Event(part));
  if (events.length === 0) complaints.push(`${path}: ical.js finds no event`);
  for (const event of events) {
    if (!event.uid || !event.startDate) complaints.push(`${path}: ical.js: no UID or no start`);
    if (event.isRecurring() && !event.iterator().next()) complaints.push(`${path}: ical.js: a recurrence without an occurrence`);
  }
  return events.length;
}

const { items } = JSON.parse(await get('/api/v1/events?limit=200'));
let count = 0;
const dated = items.filter(({ occurrence }) => occurrence);
for (const path of ['/api/v1/events.ics', ...dated.map(({ id }) => `/api/v1/events/${id}.ics`)]) {
  try {
    count += read(path, await get(path));
  } catch (error) {
    complaints.push(`${path}: ical.js: ${error.message}`);
  }
}
console.log(`ical.js: ${count} events in ${dated.length + 1} calendars`);
for (const complaint of complaints) console.error(complaint);
process.exit(complaints.length === 0 ? 0 : 1);
