"""The second yardstick of the build: pandas doing only parse, typing, deduplication and sort.

    python3 pandas_peer.py RAW-FOLDER text|floats [SUMS-FILE]

`text` parses to text and then types each column, so that every bad cell is seen for what it is, as the
row rules need it. `floats` trusts the parser to type the cells, which works because all bad texts of
the input are ones that pandas takes for "not a number" by itself. No row is judged by its values.
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

NUMBERS = ["open", "high", "low", "close", "volume"]
NAMES = ["day", *NUMBERS]


def parse(folder, as_text):
    # With `usecols` a line with a cell too many is cut instead of refused.
    options = {"header": 0, "names": NAMES, "usecols": NAMES, "engine": "c"}
    if as_text:
        options |= {"dtype": str, "keep_default_na": False, "na_filter": False}
    parts = []
    for path in sorted(glob.glob(os.path.join(folder, "*", "daily", "*.csv"))):
        part = pandas.read_csv(path, **options)
        part["symbol"] = os.path.basename(path).split(".")[0]
        parts.append(part)
    return pandas.concat(parts, ignore_index=True)


def typed(rows, as_text):
    rows["day"] = pandas.to_datetime(rows["day"], format="%Y-%m-%d", errors="coerce", cache=True)
    if as_text:
        for name in NUMBERS:
            rows[name] = pandas.to_numeric(rows[name], errors="coerce")
    is_finite = numpy.isfinite(rows[NUMBERS].to_numpy()).all(axis=1)
    return rows[is_finite & rows["day"].notna().to_numpy()]


def write_sums(rows, path):
    units = rows[["symbol", "volume"]].copy()
    units["volume"] = units["volume"].astype("int64")
    for name in NUMBERS[:4]:
        units[name] = (rows[name] * 10000).round().astype("int64")
    units["days"] = (rows["day"] - pandas.Timestamp("1970-01-01")).dt.days
    units["n"] = 1
    sums = units.groupby("symbol").sum()
    sums[["n", *NUMBERS[:4], "volume", "days"]].to_csv(path)


def report_usage():
    path = os.environ.get("MERIDIAN_BENCH_USAGE")
    if path is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    with open(path, "w", encoding="ascii") as report:
        cpu = usage.ru_utime + usage.ru_stime
        inside = time.perf_counter() - STARTED
        json.dump({"insideSeconds": inside, "cpuSeconds": cpu, "peakMib": peak / 1024}, report)


def main(folder, mode, sums_path=None):
    as_text = mode == "text"
    rows = typed(parse(folder, as_text), as_text)
    rows = rows[["symbol", *NAMES]].drop_duplicates().sort_values(["symbol", "day"], kind="stable")
    if sums_path is not None:
        write_sums(rows, sums_path)
    report_usage()


main(*sys.argv[1:])
