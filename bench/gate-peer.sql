-- The yardstick of gate 1: the same rules over the same rows in memory, and a list of reasons for
-- every row. Expects `bars` (symbol_id, session, prices in whole units, volume, flags), `symbols`,
-- `sessions`, `common_splits` and `calendar_range`; gives `result` (id, reasons), id being the row's
-- place in `bars`. All rows of a symbol are of one payload here, so nothing is restated.

-- 1. Row rules, one bit each, in the order of gate 1. `flags` are the parser's.
CREATE TABLE judged AS
SELECT bars.rowid AS id, symbol_id, session, close, volume,
    CASE WHEN flags = 0 THEN 0 ELSE
      CASE WHEN flags & 1 <> 0 THEN 1 ELSE 0 END
      | CASE WHEN flags & 2 <> 0 THEN 2 ELSE 0 END
      | CASE WHEN flags & 124 <> 0 THEN 4 ELSE 0 END
      | CASE WHEN flags & 124 <> 0 AND flags & 128 <> 0 THEN 8 ELSE 0 END
      | CASE WHEN flags & 124 <> 0 AND flags & 256 <> 0 THEN 16 ELSE 0 END
    END
    | CASE WHEN open <= 0 OR high <= 0 OR low <= 0 OR close <= 0 THEN 32 ELSE 0 END
    | CASE WHEN high < low THEN 64 ELSE 0 END
    | CASE WHEN open > high OR open < low THEN 128 ELSE 0 END
    | CASE WHEN close > high OR close < low THEN 256 ELSE 0 END
    | CASE WHEN volume < 0 THEN 512 ELSE 0 END
    | CASE WHEN session < from_day OR session > to_day THEN 1024
        WHEN session IS NULL THEN 0
        ELSE CASE WHEN session NOT IN (SELECT sessions.session FROM sessions) THEN 2048 ELSE 0 END
          | CASE WHEN session > whole_through THEN 4096 ELSE 0 END
      END AS failed
FROM bars JOIN symbols USING (symbol_id), calendar_range;

-- 2. The one sort. Windows without an order run over its result as it streams by.
CREATE TABLE sorted AS
SELECT id, symbol_id, session, close, volume, failed FROM judged
WHERE session >= (SELECT from_day FROM calendar_range)
  AND session <= (SELECT to_day FROM calendar_range)
ORDER BY symbol_id, session, id;

-- 3. Duplicates: of equal rows all but the first fail, of different ones all.
CREATE TABLE repeated AS
WITH same_day AS (
  SELECT id, symbol_id, session FROM (
    SELECT id, symbol_id, session,
      lag(symbol_id) OVER () AS symbol_before, lag(session) OVER () AS session_before,
      lead(symbol_id) OVER () AS symbol_after, lead(session) OVER () AS session_after
    FROM sorted)
  WHERE (symbol_id = symbol_before AND session = session_before)
    OR (symbol_id = symbol_after AND session = session_after)
), compared AS (
  SELECT id, id = min(id) OVER day AS is_first,
    bar IS NOT DISTINCT FROM first_value(bar) OVER day AS is_same,
    min(bar) OVER day IS DISTINCT FROM max(bar) OVER day AS differ
  FROM (
    SELECT s.*, [open, high, low, close, volume] AS bar FROM same_day s JOIN bars ON bars.rowid = s.id)
  WINDOW day AS (PARTITION BY symbol_id, session ORDER BY id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT id, CASE WHEN is_same AND NOT is_first THEN 8192 ELSE 16384 END AS failed
FROM compared WHERE NOT is_first OR differ;

-- 4. Drift. Only moves beyond the smallest limit are judged in full.
CREATE TABLE drift AS
WITH moves AS (
  SELECT * FROM (
    SELECT id, symbol_id, volume, close::DOUBLE AS close,
      lag(symbol_id) OVER () = symbol_id AS has_before, (lag(close) OVER ())::DOUBLE AS before,
      CASE WHEN lead(symbol_id) OVER () = symbol_id THEN (lead(close) OVER ())::DOUBLE END AS after
    FROM sorted WHERE failed = 0 AND id NOT IN (SELECT repeated.id FROM repeated))
  WHERE has_before AND abs(close - before) * 100 > before * 10
)
SELECT id,
  CASE WHEN is_gauge THEN 'DRIFT_GAUGE' WHEN is_required THEN 'DRIFT_REQUIRED'
    WHEN volume = 0 OR abs(after - before) * 100 <= before * 2
      OR EXISTS (FROM common_splits s
        WHERE abs(close * s.fresh - before * s.old) * 100 <= before * s.old)
      THEN 'DRIFT_UNCORROBORATED'
    ELSE 'LARGE_MOVE' END AS reason
FROM moves JOIN symbols USING (symbol_id)
WHERE abs(close - before) * 100
  > before * CASE WHEN is_gauge THEN 150 WHEN is_required THEN 10 ELSE 20 END;

-- 5. The reasons of every row.
CREATE TABLE result AS
SELECT id,
  CASE WHEN failed = 0 AND reason IS NULL THEN []::VARCHAR[] ELSE list_filter([
    CASE WHEN failed & 1 <> 0 THEN 'SCHEMA_FIELD_COUNT' END,
    CASE WHEN failed & 2 <> 0 THEN 'SCHEMA_DATE' END,
    CASE WHEN failed & 4 <> 0 THEN 'SCHEMA_NUMBER' END,
    CASE WHEN failed & 8 <> 0 THEN 'NOT_FINITE' END,
    CASE WHEN failed & 16 <> 0 THEN 'BLANK_VALUE' END,
    CASE WHEN failed & 32 <> 0 THEN 'NON_POSITIVE_PRICE' END,
    CASE WHEN failed & 64 <> 0 THEN 'HIGH_BELOW_LOW' END,
    CASE WHEN failed & 128 <> 0 THEN 'OPEN_OUTSIDE_RANGE' END,
    CASE WHEN failed & 256 <> 0 THEN 'CLOSE_OUTSIDE_RANGE' END,
    CASE WHEN failed & 512 <> 0 THEN 'NEGATIVE_VOLUME' END,
    CASE WHEN failed & 1024 <> 0 THEN 'OUTSIDE_CALENDAR' END,
    CASE WHEN failed & 2048 <> 0 THEN 'NOT_A_SESSION' END,
    CASE WHEN failed & 4096 <> 0 THEN 'SESSION_NOT_WHOLE' END,
    CASE WHEN failed & 8192 <> 0 THEN 'DUPLICATE_ROW' END,
    CASE WHEN failed & 16384 <> 0 THEN 'DUPLICATE_CONFLICT' END,
    reason], one -> one IS NOT NULL) END AS reasons
FROM (
  SELECT id, j.failed | coalesce(r.failed, 0) AS failed, reason
  FROM judged j LEFT JOIN repeated r USING (id) LEFT JOIN drift USING (id));
