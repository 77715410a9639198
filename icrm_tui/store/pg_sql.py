"""What a PostgreSQL server is asked for by the engine itself."""

SCHEMA = "icrm"

SETUP = f"""SET search_path = {SCHEMA}, pg_temp; SET jit = off; SET client_min_messages = warning;
SET lock_timeout = '{{wait}}s'; SET idle_in_transaction_session_timeout = '20s'; SET statement_timeout = 0;
SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = {{readonly}};
SET bytea_output = hex; {{role}};
DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '5s', false);
 EXCEPTION WHEN invalid_parameter_value THEN NULL; END $$;
SELECT current_user::text, pg_is_in_recovery(), current_setting('server_version_num')::int"""
NEXT_OF = f"nextval('{SCHEMA}.{{table}}_id_seq')"
NEXT = f"SELECT {NEXT_OF}"
SLACK = 64
MOVED = """SELECT 1 FROM changes WHERE xid >= pg_snapshot_xmin(:moment::pg_snapshot)
 AND NOT pg_visible_in_snapshot(xid, :moment::pg_snapshot) AND xid IS DISTINCT FROM pg_current_xact_id_if_assigned()
 LIMIT 1"""
HOLD = """SELECT t.*, COALESCE((SELECT c.xid <> pg_current_xact_id() AND
 NOT pg_visible_in_snapshot(c.xid, :start::pg_snapshot) FROM changes c WHERE c.id = t.rev), t.rev <> 0) AS news
 FROM {table} t WHERE t.id = :id FOR NO KEY UPDATE OF t"""
