-- What the application of one participant may do in that participant's database. Run by the database's owner, after
-- every migration, in one transaction; run again it changes nothing. The application role comes as the setting
-- zenne.application_role, so that this file names no participant.
--
-- The rule: the application may read and add rows everywhere, change and delete them where this file does not say
-- "append-only", and do nothing to tables, functions of other roles or other schemas. Losing the right to rewrite
-- history is the point: a stolen web process cannot make an audit entry, a stored message or a state unsaid.

-- Nobody but the application gets anything: not for being there (PUBLIC), not by an earlier grant.
DO $$
DECLARE
  application text := current_setting('zenne.application_role');
  found record;
BEGIN
  FOR found IN
    WITH holders AS (
      SELECT format('DATABASE %I', datname) AS thing, datacl AS acl FROM pg_database WHERE datname = current_database()
      UNION ALL SELECT format('SCHEMA %I', nspname), nspacl FROM pg_namespace WHERE nspname = 'public'
      UNION ALL SELECT format('%s public.%I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname), relacl
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
          AND relowner = current_user::regrole
      UNION ALL SELECT format('TABLE %s', attrelid::regclass), attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        WHERE attacl IS NOT NULL AND c.relnamespace = 'public'::regnamespace
      UNION ALL SELECT format('ROUTINE %s', oid::regprocedure), coalesce(proacl, acldefault('f', proowner))
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
    )
    SELECT DISTINCT thing, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS holder
    FROM holders, aclexplode(acl)
    WHERE grantee = 0 OR pg_get_userbyid(grantee) NOT IN (current_user, application, 'pg_database_owner')
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %s', found.thing, found.holder);
  END LOOP;
  -- The schema belongs to the role of whoever owns the database: us.
  GRANT ALL ON SCHEMA public TO pg_database_owner;
  -- datacl is empty until the first grant, and empty means that PUBLIC may connect.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
END $$;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

-- A waiting lock or a runaway statement ends before a person gives up, and before it holds up the bus.
DO $$
DECLARE setting record;
BEGIN
  FOR setting IN VALUES ('lock_timeout', '4s'), ('statement_timeout', '15s'),
                        ('idle_in_transaction_session_timeout', '60s'), ('search_path', 'public') LOOP
    EXECUTE format('ALTER DATABASE %I SET %I = %L', current_database(), setting.column1, setting.column2);
  END LOOP;
END $$;

-- The application. A new table of a migration can be read and added to, not changed, until this file has run again.
DO $$
DECLARE
  application text := current_setting('zenne.application_role');
  -- History: what was said, received, done or seen. Triggers of the tables refuse a change by the owner too.
  append_only text[] := ARRAY[
    'audit_entry', 'audit_seal',                                             -- who did what, and its chain
    'audit_checkpoint', 'audit_peer_checkpoint',                             -- what peers hold of ours, and we of theirs
    'inbox_message', 'inbox_payload', 'inbox_statement', 'inbox_attempt',    -- what arrived, and what became of it
    'directory_entry', 'bus_alarm', 'epoch',                                 -- whom we knew, what went wrong, which life
    'referral_step', 'referral_report',                                      -- every state that a referral was in
    'cases_entry',                                                           -- what was written about a person, and when
    'counts_cell',                                                           -- what was counted of a closed year
    'figures_release', 'figures_figure',                                     -- what municipalities released of one
    'progress_statement'                                                     -- what a side told its region
  ];
  -- Changed while the work goes on, but never gone: each row is our own word, or says who is responsible.
  never_deleted text[] := ARRAY[
    'outbox_message', 'conversation', 'referral', 'cases_case', 'cases_custody_row', 'consents_consent',
    'counts_snapshot', 'progress'
  ];
  -- Facts about the program, not about the work.
  read_only text[] := ARRAY['django_migrations', 'legal_step'];
  name text;
BEGIN
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), application);
  EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM %I', current_database(), application);
  EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', application);
  EXECUTE format('REVOKE CREATE ON SCHEMA public FROM %I', application);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM %I', application);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO %I', application);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO %I', application);

  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user LOOP
    EXECUTE format('REVOKE TRUNCATE, REFERENCES, TRIGGER, MAINTAIN ON %I FROM %I', name, application);
    EXECUTE format('GRANT SELECT ON %I TO %I', name, application);
    IF name = ANY (read_only) THEN
      EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %I FROM %I', name, application);
    ELSIF name = ANY (append_only) THEN
      EXECUTE format('GRANT INSERT ON %I TO %I', name, application);
      EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM %I', name, application);
    ELSIF name = ANY (never_deleted) THEN
      EXECUTE format('GRANT INSERT, UPDATE ON %I TO %I', name, application);
      EXECUTE format('REVOKE DELETE ON %I FROM %I', name, application);
    ELSE
      EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO %I', name, application);
    END IF;
  END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND sequenceowner = current_user LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE %I TO %I', name, application);
  END LOOP;
  -- Functions of the owner are the narrow doors through what the application may not do itself (erasing a payload).
  FOR name IN SELECT oid::regprocedure::text FROM pg_proc
              WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole LOOP
    EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', name, application);
  END LOOP;
END $$;
