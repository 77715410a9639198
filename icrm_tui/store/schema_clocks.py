"""The part of the schema that is about time: calendars, what is promised to customers, and the clocks for it."""

# when people work; every store has a calendar, of whose zone nothing is known yet
CALENDARS = """
CREATE TABLE calendars ({id}, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, zone TEXT NOT NULL DEFAULT '',
  hours TEXT NOT NULL, holidays TEXT NOT NULL DEFAULT '', {rev});
CREATE INDEX calendars_made ON calendars (created_rev);
CREATE TABLE calendar_days ({id}, calendar_id INTEGER NOT NULL REFERENCES calendars (id) {later},
  day TEXT NOT NULL, hours TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', {rev}, UNIQUE (calendar_id, day));
CREATE INDEX calendar_days_made ON calendar_days (created_rev);
INSERT INTO calendars (name, key, hours, holidays, created_rev, rev)
  VALUES ('standard', 'standard', 'mon-fri 09:00-18:00', 'auto', 0, 0);
"""

# what is promised to whoever complains, the clocks that run for it, and who was told of them
CLOCKS = """
CREATE TABLE sla_policies ({id}, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, severity TEXT NOT NULL DEFAULT '',
  category_id INTEGER REFERENCES complaint_categories (id) {later}, tier TEXT NOT NULL DEFAULT '', reply INTEGER,
  solve INTEGER, calendar_id INTEGER NOT NULL REFERENCES calendars (id) {later}, escalate TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0, {rev});
CREATE INDEX sla_policies_category ON sla_policies (category_id);
CREATE INDEX sla_policies_calendar ON sla_policies (calendar_id);
CREATE INDEX sla_policies_made ON sla_policies (created_rev);
INSERT INTO sla_policies (name, key, severity, reply, solve, calendar_id, created_rev, rev)
  SELECT 'standard', 'standard', '', 32400, 162000, k.id, 0, 0 FROM calendars k WHERE k.key = 'standard';
INSERT INTO sla_policies (name, key, severity, reply, solve, calendar_id, created_rev, rev)
  SELECT 'critical', 'critical', 'critical', 3600, 32400, k.id, 0, 0 FROM calendars k WHERE k.key = 'standard';
INSERT INTO sla_policies (name, key, severity, reply, solve, calendar_id, created_rev, rev)
  SELECT 'high', 'high', 'high', 14400, 64800, k.id, 0, 0 FROM calendars k WHERE k.key = 'standard';
INSERT INTO sla_policies (name, key, severity, reply, solve, calendar_id, created_rev, rev)
  SELECT 'low', 'low', 'low', 64800, 324000, k.id, 0, 0 FROM calendars k WHERE k.key = 'standard';
CREATE TABLE complaint_clocks ({id}, complaint_id INTEGER NOT NULL REFERENCES complaints (id) {later},
  what TEXT NOT NULL, nth INTEGER NOT NULL, policy TEXT NOT NULL, why TEXT NOT NULL, promised INTEGER NOT NULL,
  calendar_id INTEGER NOT NULL REFERENCES calendars (id) {later}, started_at TEXT NOT NULL, warn_at TEXT NOT NULL,
  due_at TEXT NOT NULL, paused INTEGER NOT NULL, paused_at TEXT NOT NULL, remind_at TEXT NOT NULL,
  stopped_at TEXT NOT NULL, verdict TEXT NOT NULL, {rev}, UNIQUE (complaint_id, what, nth));
CREATE INDEX complaint_clocks_calendar ON complaint_clocks (calendar_id);
CREATE INDEX complaint_clocks_warn ON complaint_clocks (warn_at) WHERE stopped_at = '' AND warn_at <> '';
CREATE INDEX complaint_clocks_due ON complaint_clocks (due_at) WHERE stopped_at = '' AND due_at <> '';
CREATE INDEX complaint_clocks_remind ON complaint_clocks (remind_at) WHERE remind_at <> '';
CREATE INDEX complaint_clocks_made ON complaint_clocks (created_rev);
CREATE TABLE sla_notices ({id}, clock_id INTEGER NOT NULL, level TEXT NOT NULL, since TEXT NOT NULL, who TEXT NOT NULL,
  at TEXT NOT NULL, UNIQUE (clock_id, level, since, who));
CREATE INDEX sla_notices_who ON sla_notices (who, level);
ALTER TABLE complaints ADD COLUMN due_at TEXT NOT NULL DEFAULT '9999';
CREATE INDEX complaints_due ON complaints (due_at, id);
CREATE INDEX complaints_first ON complaints (ended_at, archived, due_at, opened_at, id);
"""
