-- Minute bars of ticks in memory, as the rules read: a packet is a print when the cumulative volume rose above
-- all before it or the price is another than in the packet before; the volume of a minute is what the
-- cumulative volume rose by; packets before the open are what the first minute begins from.
-- Let off: repeated packets (there are none), seals, late packets, gaps, and what of a bar is in doubt.
CREATE TABLE bars AS
WITH packets AS (
  SELECT
    slot, second // 60 AS minute, second * 16777216::BIGINT + sequence AS event, price, volume, average,
    lag(price) OVER in_order AS price_before,
    max(volume) OVER (in_order ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS volume_before
  FROM ticks
  WINDOW in_order AS (PARTITION BY slot ORDER BY second, sequence)
), judged AS (
  SELECT packets.*, is_index, is_index OR volume > volume_before OR price != price_before AS is_print
  FROM packets JOIN instruments USING (slot)
  WHERE minute >= {open} AND minute < {close}
)
SELECT
  slot,
  minute,
  arg_min(price, event) FILTER (is_print) AS open,
  max(price) FILTER (is_print) AS high,
  min(price) FILTER (is_print) AS low,
  arg_max(price, event) FILTER (is_print) AS close,
  CASE WHEN NOT is_index THEN max(volume) - arg_min(volume_before, event) END AS volume,
  CASE WHEN NOT is_index THEN arg_max(average, event) / 100 END AS vwap,
  count(*) AS ticks
FROM judged
GROUP BY slot, minute, is_index
HAVING count(*) FILTER (is_print) > 0;
