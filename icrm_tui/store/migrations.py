"""The schema, as numbered steps that are only ever added to. What stands in braces each engine says its own way.

Every table that changes are recorded for carries `created_rev` and `rev`, the ids of the changes that made
the row and wrote it last. Text that is compared lies folded in a `*_key` column beside what was typed.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from icrm_tui import tokens
from icrm_tui.errors import TooNew, Unavailable
from icrm_tui.store.schema_clocks import CALENDARS, CLOCKS
from icrm_tui.store.sqlite import APPLICATION_ID, Connection, copy, is_store

SQLITE = {
    "id": "id INTEGER PRIMARY KEY AUTOINCREMENT",
    "rev": "created_rev INTEGER NOT NULL, rev INTEGER NOT NULL",
    "later": "DEFERRABLE INITIALLY DEFERRED",
    "bytes": "BLOB",
    "change": "",
    "docs": "CREATE TABLE docs (docid INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, ref_id INTEGER NOT NULL,"
    " UNIQUE (kind, ref_id))",
    "postings": "CREATE VIRTUAL TABLE docs_fts USING fts5 (tokens, content='', detail=none, columnsize=0,"
    """ tokenize="ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'")""",
}

GROUND = """
CREATE TABLE changes ({id}, op TEXT NOT NULL UNIQUE, who TEXT NOT NULL, at TEXT NOT NULL, verb TEXT NOT NULL,
  undoes INTEGER, undone INTEGER NOT NULL DEFAULT 0, n INTEGER NOT NULL DEFAULT 0, result TEXT{change});
CREATE INDEX changes_who ON changes (who, id);
CREATE TABLE history (change_id INTEGER NOT NULL REFERENCES changes (id) {later}, tbl TEXT NOT NULL,
  row_id INTEGER NOT NULL, before TEXT, after TEXT, PRIMARY KEY (change_id, tbl, row_id));
CREATE INDEX history_row ON history (tbl, row_id);
CREATE TABLE gone ({id}, change_id INTEGER NOT NULL REFERENCES changes (id) {later}, tbl TEXT NOT NULL,
  rows {bytes} NOT NULL);
CREATE INDEX gone_change ON gone (change_id);
CREATE TABLE settings ({id}, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL, {rev});
CREATE INDEX settings_made ON settings (created_rev);
CREATE TABLE users ({id}, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, full_name TEXT NOT NULL DEFAULT '',
  email TEXT NOT NULL DEFAULT '', role TEXT NOT NULL DEFAULT 'member', active INTEGER NOT NULL DEFAULT 1, {rev});
CREATE INDEX users_made ON users (created_rev);
{docs};
{postings};
CREATE TABLE search_state (version TEXT NOT NULL);
CREATE TABLE search_todo (kind TEXT NOT NULL, ref_id INTEGER NOT NULL, PRIMARY KEY (kind, ref_id));
"""

COLLECT = """
CREATE TABLE customers ({id}, kind TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
  sort_key TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', service_owner TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT '', source_key TEXT NOT NULL DEFAULT '', grade TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0, merged_into INTEGER REFERENCES customers (id) {later},
  created_at TEXT NOT NULL, {rev});
CREATE INDEX customers_name ON customers (name_key);
CREATE INDEX customers_sort ON customers (sort_key, id, archived);
CREATE INDEX customers_owner ON customers (owner);
CREATE INDEX customers_merged ON customers (merged_into);
CREATE INDEX customers_made ON customers (created_rev);
CREATE TABLE companies (id INTEGER PRIMARY KEY REFERENCES customers (id) {later}, domain TEXT NOT NULL DEFAULT '',
  website TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL DEFAULT '', phone_key TEXT NOT NULL DEFAULT '',
  industry TEXT NOT NULL DEFAULT '', industry_key TEXT NOT NULL DEFAULT '', size TEXT NOT NULL DEFAULT '',
  region TEXT NOT NULL DEFAULT '', city TEXT NOT NULL DEFAULT '', city_key TEXT NOT NULL DEFAULT '',
  country TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL DEFAULT '',
  parent_id INTEGER REFERENCES customers (id) {later}, short_key TEXT NOT NULL, sort_key TEXT NOT NULL,
  competitor INTEGER NOT NULL DEFAULT 0, {rev});
CREATE INDEX companies_sort ON companies (sort_key, id);
CREATE INDEX companies_short ON companies (short_key);
CREATE INDEX companies_domain ON companies (domain);
CREATE INDEX companies_phone ON companies (phone_key);
CREATE INDEX companies_parent ON companies (parent_id);
CREATE INDEX companies_made ON companies (created_rev);
CREATE TABLE contacts ({id}, customer_id INTEGER NOT NULL REFERENCES customers (id) {later},
  name TEXT NOT NULL, name_key TEXT NOT NULL, sort_key TEXT NOT NULL, family TEXT NOT NULL DEFAULT '',
  given TEXT NOT NULL DEFAULT '', gender TEXT NOT NULL DEFAULT '', birthday TEXT NOT NULL DEFAULT '',
  birthday_key TEXT NOT NULL DEFAULT '', title TEXT NOT NULL DEFAULT '', title_key TEXT NOT NULL DEFAULT '',
  department TEXT NOT NULL DEFAULT '', buying_role TEXT NOT NULL DEFAULT '',
  reports_to INTEGER REFERENCES contacts (id) {later}, referred_by INTEGER REFERENCES contacts (id) {later},
  language TEXT NOT NULL DEFAULT '', country TEXT NOT NULL DEFAULT '', zone TEXT NOT NULL DEFAULT '',
  city TEXT NOT NULL DEFAULT '', city_key TEXT NOT NULL DEFAULT '', region TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL DEFAULT '', archived INTEGER NOT NULL DEFAULT 0,
  merged_into INTEGER REFERENCES contacts (id) {later}, created_at TEXT NOT NULL, {rev});
CREATE INDEX contacts_customer ON contacts (customer_id);
CREATE INDEX contacts_name ON contacts (name_key);
CREATE INDEX contacts_sort ON contacts (sort_key, id, archived);
CREATE INDEX contacts_city ON contacts (city_key, id, archived);
CREATE INDEX contacts_created ON contacts (created_at, id, archived);
CREATE INDEX contacts_birthday ON contacts (birthday_key) WHERE birthday_key <> '';
CREATE INDEX contacts_reports ON contacts (reports_to) WHERE reports_to IS NOT NULL;
CREATE INDEX contacts_referred ON contacts (referred_by) WHERE referred_by IS NOT NULL;
CREATE INDEX contacts_merged ON contacts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contacts_made ON contacts (created_rev);
CREATE TABLE belongings ({id}, contact_id INTEGER NOT NULL REFERENCES contacts (id) {later},
  customer_id INTEGER NOT NULL REFERENCES customers (id) {later}, title TEXT NOT NULL DEFAULT '',
  since TEXT NOT NULL DEFAULT '', until TEXT NOT NULL DEFAULT '', {rev});
CREATE INDEX belongings_contact ON belongings (contact_id);
CREATE INDEX belongings_customer ON belongings (customer_id);
CREATE INDEX belongings_made ON belongings (created_rev);
CREATE TABLE channels ({id}, contact_id INTEGER NOT NULL REFERENCES contacts (id) {later}, kind TEXT NOT NULL,
  value TEXT NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL DEFAULT '', main INTEGER NOT NULL DEFAULT 0,
  ident INTEGER NOT NULL DEFAULT 0, doubtful INTEGER NOT NULL DEFAULT 0, {rev});
CREATE INDEX channels_contact ON channels (contact_id, kind);
CREATE INDEX channels_key ON channels (kind, key);
CREATE UNIQUE INDEX channels_ident ON channels (kind, key) WHERE ident = 1;
CREATE INDEX channels_made ON channels (created_rev);
CREATE TABLE consents ({id}, contact_id INTEGER NOT NULL REFERENCES contacts (id) {later}, channel TEXT NOT NULL,
  allowed INTEGER NOT NULL, origin TEXT NOT NULL DEFAULT '', at TEXT NOT NULL, {rev},
  UNIQUE (contact_id, channel));
CREATE INDEX consents_made ON consents (created_rev);
CREATE TABLE preferences ({id}, contact_id INTEGER NOT NULL REFERENCES contacts (id) {later}, text TEXT NOT NULL,
  text_key TEXT NOT NULL, origin TEXT NOT NULL DEFAULT '', at TEXT NOT NULL, {rev});
CREATE INDEX preferences_contact ON preferences (contact_id);
CREATE INDEX preferences_made ON preferences (created_rev);
CREATE TABLE tags ({id}, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, sort_key TEXT NOT NULL, {rev});
CREATE INDEX tags_made ON tags (created_rev);
CREATE TABLE taggings ({id}, tag_id INTEGER NOT NULL REFERENCES tags (id) {later}, noun TEXT NOT NULL,
  row_id INTEGER NOT NULL, {rev}, UNIQUE (noun, row_id, tag_id));
CREATE INDEX taggings_tag ON taggings (tag_id, noun, row_id);
CREATE INDEX taggings_made ON taggings (created_rev);
CREATE TABLE fields ({id}, noun TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, type TEXT NOT NULL,
  choices TEXT NOT NULL DEFAULT '', {rev}, UNIQUE (noun, key));
CREATE INDEX fields_made ON fields (created_rev);
CREATE TABLE field_values ({id}, noun TEXT NOT NULL, row_id INTEGER NOT NULL,
  field_id INTEGER NOT NULL REFERENCES fields (id) {later}, txt TEXT NOT NULL DEFAULT '',
  key TEXT NOT NULL DEFAULT '', num DOUBLE PRECISION, {rev}, UNIQUE (noun, row_id, field_id));
CREATE INDEX field_values_txt ON field_values (field_id, key);
CREATE INDEX field_values_num ON field_values (field_id, num);
CREATE INDEX field_values_made ON field_values (created_rev);
CREATE TABLE interactions ({id}, customer_id INTEGER NOT NULL REFERENCES customers (id) {later},
  contact_id INTEGER REFERENCES contacts (id) {later}, channel TEXT NOT NULL, dir TEXT NOT NULL, at TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT '', body_key TEXT NOT NULL DEFAULT '',
  who TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '', {rev});
CREATE INDEX interactions_customer ON interactions (customer_id, at, id);
CREATE INDEX interactions_contact ON interactions (contact_id, at, id);
CREATE INDEX interactions_at ON interactions (at, id);
CREATE INDEX interactions_who ON interactions (who, at);
CREATE INDEX interactions_made ON interactions (created_rev);
CREATE TABLE customer_stats (customer_id INTEGER PRIMARY KEY, touches INTEGER NOT NULL, last_at TEXT NOT NULL);
CREATE INDEX customer_stats_last ON customer_stats (last_at, customer_id);
CREATE TABLE contact_stats (contact_id INTEGER PRIMARY KEY, touches INTEGER NOT NULL, last_at TEXT NOT NULL);
CREATE INDEX contact_stats_last ON contact_stats (last_at, contact_id);
"""


DAY = """
CREATE TABLE reminders ({id}, customer_id INTEGER NOT NULL REFERENCES customers (id) {later},
  contact_id INTEGER REFERENCES contacts (id) {later}, what TEXT NOT NULL, what_key TEXT NOT NULL,
  due_on TEXT NOT NULL, due_time TEXT NOT NULL DEFAULT '', zone TEXT NOT NULL, rule TEXT NOT NULL DEFAULT '',
  starts_on TEXT NOT NULL, occurs_on TEXT NOT NULL, occurs_time TEXT NOT NULL DEFAULT '', priority TEXT NOT NULL,
  owner TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL, {rev});
CREATE INDEX reminders_customer ON reminders (customer_id);
CREATE INDEX reminders_contact ON reminders (contact_id);
CREATE INDEX reminders_due ON reminders (due_on, id);
CREATE INDEX reminders_owner ON reminders (owner, done);
CREATE INDEX reminders_made ON reminders (created_rev);
CREATE TABLE reminder_runs ({id}, reminder_id INTEGER NOT NULL REFERENCES reminders (id) {later},
  due_on TEXT NOT NULL, due_time TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL,
  interaction_id INTEGER REFERENCES interactions (id) {later}, {rev}, UNIQUE (reminder_id, due_on, due_time));
CREATE INDEX reminder_runs_interaction ON reminder_runs (interaction_id);
CREATE INDEX reminder_runs_made ON reminder_runs (created_rev);
CREATE TABLE reminder_due (reminder_id INTEGER PRIMARY KEY, due_utc TEXT NOT NULL, over_utc TEXT NOT NULL,
  owner TEXT NOT NULL);
CREATE INDEX reminder_due_when ON reminder_due (due_utc, reminder_id);
CREATE INDEX reminder_due_mine ON reminder_due (owner, due_utc, reminder_id);
CREATE TABLE orders ({id}, customer_id INTEGER NOT NULL REFERENCES customers (id) {later},
  contact_id INTEGER REFERENCES contacts (id) {later}, ref TEXT NOT NULL DEFAULT '', ref_key TEXT NOT NULL DEFAULT '',
  day TEXT NOT NULL, day_no INTEGER NOT NULL, at TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '', note_key TEXT NOT NULL DEFAULT '', who TEXT NOT NULL,
  archived INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, {rev});
CREATE INDEX orders_customer ON orders (customer_id, at, id);
CREATE INDEX orders_contact ON orders (contact_id, at, id);
CREATE INDEX orders_day ON orders (day, id);
CREATE INDEX orders_ref ON orders (ref_key) WHERE ref_key <> '';
CREATE INDEX orders_made ON orders (created_rev);
CREATE TABLE money_base (currency TEXT NOT NULL, scale INTEGER NOT NULL);
CREATE TABLE customer_money (customer_id INTEGER PRIMARY KEY, orders INTEGER NOT NULL, spent BIGINT NOT NULL,
  left_out INTEGER NOT NULL, first_no INTEGER NOT NULL, last_no INTEGER NOT NULL, first_day TEXT NOT NULL,
  last_day TEXT NOT NULL, year_orders INTEGER NOT NULL, year_spent BIGINT NOT NULL, year_to TEXT NOT NULL);
CREATE INDEX customer_money_orders ON customer_money (orders, customer_id);
CREATE INDEX customer_money_spent ON customer_money (spent, customer_id);
CREATE INDEX customer_money_last ON customer_money (last_day, customer_id);
CREATE INDEX customer_money_year ON customer_money (year_spent, year_orders, customer_id);
CREATE TABLE tier_rules ({id}, tier TEXT NOT NULL UNIQUE, spent BIGINT NOT NULL, orders INTEGER NOT NULL, {rev});
CREATE INDEX tier_rules_made ON tier_rules (created_rev);
CREATE TABLE segments ({id}, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, noun TEXT NOT NULL,
  query TEXT NOT NULL DEFAULT '', fixed INTEGER NOT NULL DEFAULT 0, who TEXT NOT NULL,
  archived INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, {rev});
CREATE INDEX segments_made ON segments (created_rev);
CREATE TABLE segment_members ({id}, segment_id INTEGER NOT NULL REFERENCES segments (id) {later}, noun TEXT NOT NULL,
  row_id INTEGER NOT NULL, {rev}, UNIQUE (segment_id, row_id));
CREATE INDEX segment_members_row ON segment_members (noun, row_id);
CREATE INDEX segment_members_made ON segment_members (created_rev);
CREATE TABLE segment_stays (segment TEXT NOT NULL, noun TEXT NOT NULL, row_id INTEGER NOT NULL,
  entered_at TEXT NOT NULL, left_at TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX segment_stays_now ON segment_stays (segment, row_id) WHERE left_at = '';
CREATE INDEX segment_stays_entered ON segment_stays (segment, entered_at);
CREATE INDEX segment_stays_left ON segment_stays (segment, left_at);
CREATE TABLE complaint_categories ({id}, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
  handler TEXT NOT NULL DEFAULT '', {rev});
CREATE INDEX complaint_categories_made ON complaint_categories (created_rev);
CREATE TABLE complaints ({id}, ref TEXT NOT NULL UNIQUE, ref_key TEXT NOT NULL UNIQUE,
  customer_id INTEGER REFERENCES customers (id) {later}, contact_id INTEGER REFERENCES contacts (id) {later},
  kind TEXT NOT NULL, state TEXT NOT NULL, what TEXT NOT NULL, what_key TEXT NOT NULL, sort_key TEXT NOT NULL,
  text TEXT NOT NULL DEFAULT '', text_key TEXT NOT NULL DEFAULT '', channel TEXT NOT NULL DEFAULT 'other',
  category_id INTEGER REFERENCES complaint_categories (id) {later}, severity TEXT NOT NULL, weight INTEGER NOT NULL,
  order_ref TEXT NOT NULL DEFAULT '', order_key TEXT NOT NULL DEFAULT '', wanted TEXT NOT NULL DEFAULT '',
  owner TEXT NOT NULL, cause TEXT NOT NULL DEFAULT '', remedy TEXT NOT NULL DEFAULT '', cost INTEGER,
  currency TEXT NOT NULL DEFAULT '', tell_back TEXT NOT NULL DEFAULT '', satisfied TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '', duplicate_of INTEGER REFERENCES complaints (id) {later},
  reopened INTEGER NOT NULL DEFAULT 0, opened_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0, {rev});
CREATE INDEX complaints_customer ON complaints (customer_id, ended_at);
CREATE INDEX complaints_contact ON complaints (contact_id, ended_at);
CREATE INDEX complaints_category ON complaints (category_id);
CREATE INDEX complaints_owner ON complaints (owner, ended_at);
CREATE INDEX complaints_board ON complaints (state, archived, weight DESC, opened_at, id);
CREATE INDEX complaints_weight ON complaints (weight, id);
CREATE INDEX complaints_opened ON complaints (opened_at, id);
CREATE INDEX complaints_order ON complaints (order_key) WHERE order_key <> '';
CREATE INDEX complaints_duplicate ON complaints (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX complaints_made ON complaints (created_rev);
CREATE TABLE complaint_events ({id}, complaint_id INTEGER NOT NULL REFERENCES complaints (id) {later},
  at TEXT NOT NULL, who TEXT NOT NULL, event TEXT NOT NULL, state TEXT NOT NULL, channel TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '', text_key TEXT NOT NULL DEFAULT '', {rev});
CREATE INDEX complaint_events_complaint ON complaint_events (complaint_id, id);
CREATE INDEX complaint_events_at ON complaint_events (at, id);
CREATE INDEX complaint_events_made ON complaint_events (created_rev);
"""

# the number a complaint has where it came from, which its customer knows
NUMBERS = """
ALTER TABLE complaints ADD COLUMN number TEXT NOT NULL DEFAULT '';
ALTER TABLE complaints ADD COLUMN number_key TEXT NOT NULL DEFAULT '';
CREATE INDEX complaints_number ON complaints (number_key) WHERE number_key <> '';
"""

# reminders in the order of their hours, and what was done on a day
HOURS = """
CREATE INDEX reminders_when ON reminders ((due_on || due_time), id);
CREATE INDEX reminder_runs_at ON reminder_runs (at, who);
"""

# what ticks did of late
TICKS = """
CREATE TABLE tick_log ({id}, at TEXT NOT NULL, did TEXT NOT NULL, written TEXT NOT NULL, who TEXT NOT NULL,
  detail TEXT NOT NULL);
"""

# mail: what goes out, and what came in
MAIL = """
CREATE TABLE messages ({id}, customer_id INTEGER REFERENCES customers (id) {later},
  contact_id INTEGER REFERENCES contacts (id) {later}, about_noun TEXT NOT NULL DEFAULT '', about_id INTEGER,
  kind TEXT NOT NULL, name TEXT NOT NULL DEFAULT '', address TEXT NOT NULL, subject TEXT NOT NULL,
  subject_key TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '',
  answer TEXT NOT NULL DEFAULT '', message_id TEXT NOT NULL DEFAULT '', answers TEXT NOT NULL DEFAULT '',
  thread TEXT NOT NULL DEFAULT '', once TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0,
  next_at TEXT NOT NULL, queued_at TEXT NOT NULL, sent_at TEXT NOT NULL DEFAULT '',
  interaction_id INTEGER REFERENCES interactions (id) {later}, who TEXT NOT NULL, {rev});
CREATE INDEX messages_next ON messages (state, next_at, id);
CREATE INDEX messages_customer ON messages (customer_id);
CREATE INDEX messages_contact ON messages (contact_id);
CREATE INDEX messages_about ON messages (about_noun, about_id);
CREATE INDEX messages_interaction ON messages (interaction_id);
CREATE UNIQUE INDEX messages_sent ON messages (message_id) WHERE message_id <> '';
CREATE UNIQUE INDEX messages_once ON messages (once) WHERE once <> '';
CREATE INDEX messages_made ON messages (created_rev);
CREATE TABLE mails ({id}, key TEXT NOT NULL UNIQUE, message_id TEXT NOT NULL DEFAULT '',
  thread TEXT NOT NULL DEFAULT '', customer_id INTEGER REFERENCES customers (id) {later},
  contact_id INTEGER REFERENCES contacts (id) {later}, about_noun TEXT NOT NULL DEFAULT '', about_id INTEGER,
  name TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '', subject TEXT NOT NULL DEFAULT '',
  subject_key TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT '', files TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', kept TEXT NOT NULL DEFAULT '',
  at TEXT NOT NULL, came_at TEXT NOT NULL, interaction_id INTEGER REFERENCES interactions (id) {later},
  archived INTEGER NOT NULL DEFAULT 0, {rev});
CREATE INDEX mails_came ON mails (came_at, id);
CREATE INDEX mails_state ON mails (state, came_at, id);
CREATE INDEX mails_message ON mails (message_id) WHERE message_id <> '';
CREATE INDEX mails_customer ON mails (customer_id);
CREATE INDEX mails_contact ON mails (contact_id);
CREATE INDEX mails_about ON mails (about_noun, about_id);
CREATE INDEX mails_interaction ON mails (interaction_id);
CREATE INDEX mails_made ON mails (created_rev);
"""


def statements(text: str) -> list[str]:
    """The engine's own words are put in as each is run."""
    return [part.strip() for part in text.split(";\n") if part.strip()]


def m001_trunk(run: Callable[[str], object]) -> None:
    for statement in statements(GROUND + COLLECT):
        run(statement.rstrip(";"))
    run(f"INSERT INTO search_state (version) VALUES ('{tokens.VERSION}')")  # nothing is indexed yet


def m002_day(run: Callable[[str], object]) -> None:
    for statement in statements(DAY):
        run(statement.rstrip(";"))


def m003_numbers(run: Callable[[str], object]) -> None:
    for statement in statements(NUMBERS):
        run(statement.rstrip(";"))


def m004_hours(run: Callable[[str], object]) -> None:
    for statement in statements(HOURS):
        run(statement.rstrip(";"))


def m005_ticks(run: Callable[[str], object]) -> None:
    for statement in statements(TICKS):
        run(statement.rstrip(";"))


def m006_calendars(run: Callable[[str], object]) -> None:
    for statement in statements(CALENDARS):
        run(statement.rstrip(";"))


def m007_mail(run: Callable[[str], object]) -> None:
    for statement in statements(MAIL):
        run(statement.rstrip(";"))


def m008_clocks(run: Callable[[str], object]) -> None:
    for statement in statements(CLOCKS):
        run(statement.rstrip(";"))


MIGRATIONS: tuple[Callable[[Callable[[str], object]], None], ...] = (
    m001_trunk,
    m002_day,
    m003_numbers,
    m004_hours,
    m005_ticks,
    m006_calendars,
    m007_mail,
    m008_clocks,
)


def version(connection: Connection) -> int:
    found: int = connection.read("PRAGMA user_version")[0]["user_version"]
    return found


def migrate(connection: Connection) -> Path | None:
    """Bring the store to this program's schema; the path of the copy kept of an older one.

    Raises TooNew for a store that a later icrm wrote, Unavailable for another program's file.
    """
    path, raw = connection.path, connection.raw
    known = len(MIGRATIONS)
    with connection.errors():
        ours = is_store(raw, path)
    found = version(connection)
    if found > known:
        raise TooNew("store-too-new", path=str(path), found=found, known=known)
    if ours and found == known:
        return None

    from sqlite_utils import Database

    kept = None
    with connection.errors():
        raw.execute("PRAGMA foreign_keys = OFF")
        if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.insist("PRAGMA journal_mode = WAL")  # waits for no lock by itself
    try:
        connection.begin()
        found = version(connection)  # another start may have done it while this one waited
        if found < known and found:
            kept = path.with_name(f"{path.name}.v{found}.bak")
            with closing(Connection(path, readonly=True)) as source:
                copy(source.raw, kept)
        with connection.errors():
            database = Database(raw, execute_plugins=False)
            for step in MIGRATIONS[found:]:
                step(lambda sql: database.execute(sql.format(**SQLITE)))
            if found < known:
                if raw.execute("PRAGMA foreign_key_check").fetchone():
                    raise Unavailable("store-corrupt", path=str(path))
                raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                raw.execute(f"PRAGMA user_version = {known}")
        connection.commit()
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys = ON")
    return kept
