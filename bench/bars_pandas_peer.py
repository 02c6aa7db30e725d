"""The second yardstick of minute bars: pandas over columns in memory, by the rules of `bars-peer.sql`.

    python3 bars_pandas_peer.py FOLDER OPEN-MINUTE CLOSE-MINUTE [BARS-FILE]

FOLDER holds one file of plain numbers for each column, and which slots are indices. Reports the seconds
from the frame in memory to the bars in memory; reading the columns and writing the bars do not count.
"""
import json
import os
import resource
import sys
import time

import numpy
import pandas

INT32 = ["slot", "second", "price", "average"]
FLOAT64 = ["sequence", "volume"]
MINUTES_PER_DAY = 1440


def read(folder):
    kinds = [(name, "<i4") for name in INT32] + [(name, "<f8") for name in FLOAT64]
    columns = {name: numpy.fromfile(os.path.join(folder, name), kind) for name, kind in kinds}
    columns["sequence"] = columns["sequence"].astype("int64")
    columns["volume"] = columns["volume"].astype("int64")
    is_index = numpy.fromfile(os.path.join(folder, "is_index"), "u1") == 1
    return pandas.DataFrame(columns), is_index


def bars_of(ticks, is_index_by_slot, open_minute, close_minute):
    slot, second = (ticks[name].to_numpy().astype("int64") for name in ["slot", "second"])
    place = (slot << 41) + (second << 24) + ticks["sequence"].to_numpy()
    ticks = ticks.iloc[numpy.argsort(place, kind="stable")].reset_index(drop=True)
    is_index = is_index_by_slot[ticks["slot"].to_numpy()]
    has_before = (ticks["slot"] == ticks["slot"].shift()).to_numpy()
    most = ticks.groupby("slot", sort=False)["volume"].cummax()
    before = most.shift().where(has_before)
    rose = ticks["volume"] > before
    moved = has_before & (ticks["price"] != ticks["price"].shift())
    minute = ticks["second"] // 60
    inside = (minute >= open_minute) & (minute < close_minute)
    bar = ticks["slot"] * MINUTES_PER_DAY + minute
    prints = ticks["price"][inside & (is_index | rose | moved)]
    bars = prints.groupby(bar, sort=False).agg(["first", "max", "min", "last"])
    bars.columns = ["open", "high", "low", "close"]
    packets = {"most": most, "before": before, "average": ticks["average"], "bar": bar}
    packets = pandas.DataFrame(packets)[inside].groupby("bar", sort=False)
    bars["volume"] = packets["most"].last() - packets["before"].nth(0)
    bars["vwap"] = packets["average"].last() / 100
    bars["ticks"] = packets.size()
    bars.loc[is_index_by_slot[bars.index // MINUTES_PER_DAY], ["volume", "vwap"]] = None
    return bars


def report_usage(seconds):
    path = os.environ.get("MERIDIAN_BENCH_USAGE")
    if path is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    with open(path, "w", encoding="ascii") as report:
        peak = usage.ru_maxrss / 1024
        json.dump({"insideSeconds": seconds, "cpuSeconds": cpu, "peakMib": peak}, report)


def main(folder, open_minute, close_minute, bars_path=None):
    ticks, is_index = read(folder)
    started = time.perf_counter()
    bars = bars_of(ticks, is_index, int(open_minute), int(close_minute))
    seconds = time.perf_counter() - started
    if bars_path is not None:
        bars.insert(0, "slot", bars.index // MINUTES_PER_DAY)
        bars.insert(1, "minute", bars.index % MINUTES_PER_DAY)
        bars.to_csv(bars_path, index=False)
    report_usage(seconds)


main(*sys.argv[1:])
