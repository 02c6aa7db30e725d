-- The yardstick of the build: the same raw CSV files, the same row rules, the same two outputs, as a
-- script of plain DuckDB SQL. It expects the tables `receipts` (one row a payload, in the order of
-- symbol and receipt), `sessions` (one row a session of the calendar), `calendar_range`, `limits`
-- and `common_splits`; {files}, {staging} and {analytics} are put in by the runner.
--
-- It is let off what no SQL does cheaply: digests of bodies, the content digest, the quarantine file,
-- the report, text of odd numbers such as 1e3, and rounding half to even (all prices have 4 decimals).

-- 1. Read, type and judge each line by itself. The table keeps the order of the files, so `rowid`
--    gives the line. Blank cells read as '', absent ones as NULL.
CREATE TABLE lines AS
SELECT r.ordinal, r.symbol_id, c.*,
  coalesce(is_odd OR session IS NULL OR open IS NULL OR high IS NULL OR low IS NULL OR close IS NULL
    OR volume IS NULL OR volume < 0 OR open <= 0 OR high <= 0 OR low <= 0 OR close <= 0
    OR high < low OR open > high OR open < low OR close > high OR close < low
    OR session > r.whole_through
    OR session NOT IN (SELECT sessions.session FROM sessions), TRUE) AS is_bad
FROM (
  SELECT path, extra IS NOT NULL OR length(day) <> 10 AS is_odd, try_cast(day AS DATE) AS session,
    try_cast(open AS DECIMAL(18,4)) AS open, try_cast(high AS DECIMAL(18,4)) AS high,
    try_cast(low AS DECIMAL(18,4)) AS low, try_cast(close AS DECIMAL(18,4)) AS close,
    try_cast(volume AS BIGINT) AS volume
  FROM read_csv({files}, filename = 'path', header = true, auto_detect = false, delim = ',',
    quote = '', escape = '', nullstr = chr(1), null_padding = true, strict_mode = false,
    columns = {'day': 'VARCHAR', 'open': 'VARCHAR', 'high': 'VARCHAR', 'low': 'VARCHAR',
      'close': 'VARCHAR', 'volume': 'VARCHAR', 'extra': 'VARCHAR'})
) c JOIN receipts r USING (path);
