-- The bars of `bars-peer.sql` once more, rewritten for speed: windows run over minutes instead of packets.
-- It rests on this: before the first print of a minute all packets have the price that the minute before ended
-- with and no more volume, so only minutes that begin with such a packet are looked at again.
CREATE TABLE bars AS
WITH packets AS (
  SELECT
    slot, greatest(second // 60, {open} - 1) AS minute, second * 16777216::BIGINT + sequence AS event,
    price, volume, average
  FROM ticks
  WHERE second < {close} * 60
), minutes AS MATERIALIZED (
  SELECT
    slot, minute,
    arg_min(price, event) AS first_price, arg_min(volume, event) AS first_volume,
    max(price) AS high, min(price) AS low, arg_max(price, event) AS close,
    max(volume) AS most, arg_max(average, event) AS average, count(*) AS ticks
  FROM packets
  GROUP BY slot, minute
), begun AS MATERIALIZED (
  SELECT
    minutes.*, is_index,
    lag(close) OVER in_order AS price_before,
    lag(most) OVER in_order AS volume_before,
    is_index OR first_price != price_before OR first_volume > volume_before AS is_print_first
  FROM minutes JOIN instruments USING (slot)
  WINDOW in_order AS (PARTITION BY slot ORDER BY minute)
), unclear AS MATERIALIZED (
  SELECT packets.*, begun.price_before, begun.volume_before
  FROM packets JOIN begun USING (slot, minute)
  WHERE NOT is_print_first AND minute >= {open}
), first_prints AS (
  SELECT slot, minute, min(event) AS event
  FROM unclear
  WHERE price != price_before OR volume > volume_before
  GROUP BY slot, minute
), mended AS (
  SELECT
    slot, minute,
    arg_min(price, unclear.event) AS open, max(price) AS high, min(price) AS low
  FROM unclear JOIN first_prints USING (slot, minute)
  WHERE unclear.event >= first_prints.event
  GROUP BY slot, minute
), priced AS (
  SELECT slot, minute, first_price AS open, high, low FROM begun
  WHERE is_print_first AND minute >= {open}
  UNION ALL
  FROM mended
)
SELECT
  slot, minute, priced.open, priced.high, priced.low, begun.close,
  CASE WHEN NOT is_index THEN most - volume_before END AS volume,
  CASE WHEN NOT is_index THEN average / 100 END AS vwap,
  ticks
FROM priced JOIN begun USING (slot, minute);
