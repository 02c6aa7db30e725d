-- The yardstick of the build: the same raw CSV files, the same row rules, the same two outputs, as
-- one script of DuckDB SQL. The runner puts in {raw}, {input} and {output}; the tables `receipts` (a
-- payload a row, in order of symbol and receipt), `sessions` and `common_splits` are made for it.
--
-- It is let off a good part of the work: digests of bodies and of the content, the quarantine file,
-- the report, odd spellings of numbers (1e3), and rounding half to even (all prices have 4 decimals).

-- Texts that repeat are enumerations: Parquet then gets their dictionary without hashing every row.
CREATE TYPE symbols AS ENUM (SELECT DISTINCT symbol FROM '{input}/receipts.parquet' ORDER BY symbol);
CREATE TYPE raws AS ENUM (SELECT raw FROM '{input}/receipts.parquet' ORDER BY ordinal);
CREATE TYPE sources AS ENUM (SELECT DISTINCT source FROM '{input}/receipts.parquet');
CREATE TYPE bases AS ENUM ('raw', 'split', 'total');
CREATE TYPE outcomes AS ENUM ('quarantined', 'parked', 'accepted', 'confirming');
CREATE TABLE receipts AS
SELECT * REPLACE (symbol::symbols AS symbol, raw::raws AS raw, source::sources AS source)
FROM '{input}/receipts.parquet';
CREATE TABLE sessions AS FROM read_parquet('{input}/sessions.parquet');
CREATE TABLE common_splits AS FROM read_parquet('{input}/common_splits.parquet');

-- 1. Read, type and judge every line by itself. The table keeps the order of the files, so `rowid`
-- numbers the lines. A blank cell reads as '', an absent one as NULL.
CREATE TABLE lines AS
SELECT ordinal, symbol_id, session, open, high, low, close, volume,
  coalesce(is_odd OR volume < 0 OR open <= 0 OR high <= 0 OR low <= 0 OR close <= 0
    OR high < low OR open > high OR open < low OR close > high OR close < low
    OR session > whole_through
    OR session NOT IN (SELECT sessions.session FROM sessions), true) AS is_bad
FROM (
  SELECT path, extra IS NOT NULL OR length(day) <> 10 AS is_odd, try_cast(day AS DATE) AS session,
    try_cast(open AS DECIMAL(18,4)) AS open, try_cast(high AS DECIMAL(18,4)) AS high,
    try_cast(low AS DECIMAL(18,4)) AS low, try_cast(close AS DECIMAL(18,4)) AS close,
    try_cast(volume AS BIGINT) AS volume
  FROM read_csv('{raw}/*/daily/*.csv', filename = 'path', header = true, auto_detect = false,
    delim = ',', quote = '', escape = '', nullstr = chr(1), null_padding = true,
    strict_mode = false, columns = {'day': 'VARCHAR', 'open': 'VARCHAR', 'high': 'VARCHAR',
      'low': 'VARCHAR', 'close': 'VARCHAR', 'volume': 'VARCHAR', 'extra': 'VARCHAR'})
) JOIN receipts USING (path);

-- 2. The one sort. Windows without an order run over its result as it streams by.
CREATE TABLE sorted AS
SELECT rowid AS line_id, * FROM lines WHERE session IS NOT NULL
ORDER BY symbol_id, session, ordinal, line_id;

-- 3. Duplicates within a payload: of equal rows all but the first fail, of different ones all. Only
-- the few rows that share their day with a neighbour are looked at.
CREATE TABLE same_day AS
SELECT * EXCLUDE (symbol_before, session_before, symbol_after, session_after) FROM (
  SELECT *, lag(symbol_id) OVER () AS symbol_before, lag(session) OVER () AS session_before,
    lead(symbol_id) OVER () AS symbol_after, lead(session) OVER () AS session_after
  FROM sorted)
WHERE (symbol_id = symbol_before AND session = session_before)
  OR (symbol_id = symbol_after AND session = session_after);

CREATE TABLE repeated AS
SELECT line_id FROM (
  SELECT line_id, first_value(line_id) OVER payload AS first_id,
    count(*) OVER payload AS copies, min(bar) OVER payload IS NOT DISTINCT FROM max(bar) OVER payload
      AS is_equal
  FROM (SELECT line_id, ordinal, session, [open, high, low, close, volume] AS bar FROM same_day)
  WINDOW payload AS (PARTITION BY ordinal, session ORDER BY line_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
WHERE copies > 1 AND (line_id <> first_id OR NOT is_equal);

-- 4. Revisions: a later payload confirms what is known or restates it.
CREATE TABLE revised AS
SELECT line_id, symbol_id, session, is_confirming,
  (count(*) FILTER (NOT is_confirming) OVER (
    PARTITION BY symbol_id, session ORDER BY ordinal) - 1)::INTEGER AS revision
FROM (
  SELECT line_id, symbol_id, session, ordinal,
    coalesce(bar = lag(bar) OVER (PARTITION BY symbol_id, session ORDER BY ordinal), false)
      AS is_confirming
  FROM (
    SELECT line_id, symbol_id, session, ordinal, [open, high, low, close, volume] AS bar
    FROM same_day WHERE NOT is_bad AND line_id NOT IN (FROM repeated)));

-- 5. Drift, close to close against the session before as it was known when the row came. A first pass
-- keeps every move that could matter and all rows around a session that has several; the rules proper
-- judge those few.
CREATE TABLE moves AS
SELECT * FROM (
  SELECT line_id, symbol_id, session, ordinal, volume, (close * 10000)::DOUBLE AS close,
    lag(symbol_id) OVER () = symbol_id AS has_before, lag(session) OVER () AS session_before,
    (lag(close) OVER () * 10000)::DOUBLE AS close_before, lag(session, 2) OVER () AS session_before_that,
    lead(symbol_id) OVER () = symbol_id AS has_after, lead(session) OVER () AS session_after,
    (lead(close) OVER () * 10000)::DOUBLE AS close_after
  FROM sorted WHERE NOT is_bad AND line_id NOT IN (FROM repeated))
WHERE (has_before AND (session = session_before OR session_before = session_before_that
    OR abs(close - close_before) * 11 > close_before))
  OR (has_after AND session = session_after);

CREATE TABLE parked AS
WITH around AS (
  SELECT line_id, symbol_id, ordinal, volume, close,
    first_value(CASE WHEN has_before THEN session_before END) OVER day AS session_before,
    first_value(CASE WHEN has_before THEN close_before END) OVER day AS close_before,
    last_value(CASE WHEN has_after THEN session_after END) OVER day AS session_after,
    last_value(CASE WHEN has_after THEN close_after END) OVER day AS close_after
  FROM moves
  WINDOW day AS (PARTITION BY symbol_id, session ORDER BY ordinal
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), compared AS (
  SELECT a.line_id, any_value(a.volume) AS volume, any_value(a.close) AS close,
    coalesce(max_by(b.close, b.ordinal) FILTER (b.ordinal <= a.ordinal), min_by(b.close, b.ordinal),
      any_value(a.close_before)) AS close_before,
    coalesce(any_value(n.close), any_value(a.close_after)) AS close_after,
    any_value(a.symbol_id) AS symbol_id
  FROM around a
  LEFT JOIN moves b ON b.symbol_id = a.symbol_id AND b.session = a.session_before
  LEFT JOIN (SELECT symbol_id, session, max_by(close, ordinal) AS close FROM moves GROUP BY ALL) n
    ON n.symbol_id = a.symbol_id AND n.session = a.session_after
  WHERE a.close_before IS NOT NULL
  GROUP BY a.line_id
)
SELECT line_id FROM compared
JOIN (SELECT DISTINCT symbol_id, is_required, is_gauge FROM receipts) USING (symbol_id)
WHERE abs(close - close_before) * 100 > close_before
    * CASE WHEN is_gauge THEN 150 WHEN is_required THEN 10 ELSE 20 END
  AND (is_required OR volume = 0 OR abs(close_after - close_before) * 100 <= close_before * 2
    OR EXISTS (FROM common_splits
      WHERE abs(close * fresh - close_before * old) * 100 <= close_before * old));

-- 6. What became of the few rows that are not simply accepted or bad.
CREATE TABLE exceptions AS
SELECT line_id, 'quarantined'::outcomes AS outcome, 0 AS revision FROM repeated
UNION ALL
SELECT line_id, CASE WHEN bool_or(line_id IN (FROM parked)) OVER same THEN 'parked'
  WHEN is_confirming THEN 'confirming' ELSE 'accepted' END::outcomes, revision
FROM revised WINDOW same AS (PARTITION BY symbol_id, session, revision)
UNION ALL
SELECT line_id, 'parked'::outcomes, 0 FROM parked WHERE line_id NOT IN (SELECT revised.line_id FROM revised);

-- 7. The two outputs.
COPY (
  SELECT symbol, session, open, high, low, close, volume, 'raw'::bases AS basis, NULL::DATE AS basis_asof,
    source, known_at, raw, (l.rowid - first_id + 2)::INTEGER AS line,
    CASE WHEN is_bad THEN 'quarantined'::outcomes ELSE coalesce(outcome, 'accepted'::outcomes) END
      AS outcome
  FROM lines l
  JOIN receipts USING (ordinal)
  JOIN (SELECT ordinal, min(rowid) AS first_id FROM lines GROUP BY ordinal) USING (ordinal)
  LEFT JOIN exceptions x ON x.line_id = l.rowid
) TO '{output}/staging.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880);

COPY (
  SELECT symbol, session, open, high, low, close, volume, 'raw'::bases AS basis, NULL::DATE AS basis_asof,
    source, coalesce(revision, 0) AS revision, known_at
  FROM sorted
  JOIN receipts USING (ordinal)
  LEFT JOIN exceptions USING (line_id)
  WHERE NOT is_bad AND coalesce(outcome, 'accepted') = 'accepted'
) TO '{output}/analytics.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880);
