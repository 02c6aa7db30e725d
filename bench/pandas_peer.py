"""The second yardstick of the build: pandas doing only parse, typing, deduplication and sort.

Called with the folder of raw CSV files and, when the answer is to be checked, a CSV file for the sums
of each symbol. It judges no row by its values: unreadable ones are dropped, that is all. Bad texts of
the input are ones that pandas takes for "not a number" by itself, so its fast parser reads everything.
"""
import glob
import json
import os
import resource
import sys
import time

STARTED = time.perf_counter()

import numpy  # noqa: E402
import pandas  # noqa: E402

PRICES = ["open", "high", "low", "close"]
NAMES = ["day", *PRICES, "volume"]


def read_all(folder):
    paths = sorted(glob.glob(os.path.join(folder, "*", "daily", "*.csv")))
    # With `usecols` a line with a cell too many is cut instead of refused.
    parts = [pandas.read_csv(path, header=0, names=NAMES, usecols=NAMES, engine="c") for path in paths]
    symbols = [os.path.basename(path).split(".")[0] for path in paths]
    rows = pandas.concat(parts, ignore_index=True)
    codes, names = pandas.factorize(numpy.array(symbols), sort=True)
    lengths = [len(part) for part in parts]
    rows["symbol"] = pandas.Categorical.from_codes(numpy.repeat(codes, lengths), names)
    return rows


def typed(rows):
    rows["day"] = pandas.to_datetime(rows["day"], format="%Y-%m-%d", errors="coerce", cache=True)
    numbers = rows[[*PRICES, "volume"]].to_numpy()
    return rows[numpy.isfinite(numbers).all(axis=1) & rows["day"].notna().to_numpy()]


def main():
    rows = typed(read_all(sys.argv[1]))
    columns = ["symbol", "day", *PRICES, "volume"]
    rows = rows[columns].drop_duplicates().sort_values(["symbol", "day"], kind="stable")
    if len(sys.argv) > 2:
        write_sums(rows, sys.argv[2])


def write_sums(rows, path):
    units = rows[["symbol", "volume"]].copy()
    units["volume"] = units["volume"].astype("int64")
    for name in PRICES:
        units[name] = (rows[name] * 10000).round().astype("int64")
    units["days"] = (rows["day"] - pandas.Timestamp("1970-01-01")).dt.days
    units["n"] = 1
    sums = units.groupby("symbol", observed=True).sum()
    sums[["n", *PRICES, "volume", "days"]].to_csv(path)


def report_usage():
    path = os.environ.get("MERIDIAN_BENCH_USAGE")
    if path is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    with open(path, "w", encoding="ascii") as report:
        json.dump(
            {
                "insideSeconds": time.perf_counter() - STARTED,
                "cpuSeconds": usage.ru_utime + usage.ru_stime,
                "peakMib": peak / 1024,
            },
            report,
        )


main()
report_usage()
