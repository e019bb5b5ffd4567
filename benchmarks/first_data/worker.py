"""`worker.py NAME RUN STEPS`, the address of the server on standard input. Prints the seconds from init() to the row's answer,
then logs STEPS more rows of ten metrics.

Started by the interpreter of the contender's environment, so it imports nothing of ours but for `assay` itself."""

import json
import sys
import time
import urllib.request

EVERY_S = 0.005


def ask(url, body, headers):
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body else None, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return {"status": error.code}


def assay(server, name):
    import assay

    began = time.perf_counter()
    run = assay.init(project="bench", id=name, settings=assay.Settings(console="off", silent=True))
    run.log({"loss": 0.25})
    url = f"{server['url']}/api/v1/projects/{server['entity']}/bench/runs/{name}"
    while ask(url, None, {"Authorization": f"Bearer {server['key']}"}).get("summary", {}).get("loss") != 0.25:
        time.sleep(EVERY_S)
    return time.perf_counter() - began, run.log, run.finish


def trackio(server, name):
    import trackio

    began = time.perf_counter()
    trackio.init(project="bench", name=name, server_url=server["url"], embed=False)
    trackio.log({"loss": 0.25})
    url = server["url"].partition("?")[0].rstrip("/") + "/api/get_metric_values"
    body = {"args": [], "kwargs": {"project": "bench", "run": name, "metric_name": "loss"}}
    headers = {"Content-Type": "application/json"}
    while not any(point.get("value") == 0.25 for point in ask(url, body, headers).get("data") or []):
        time.sleep(EVERY_S)
    return time.perf_counter() - began, trackio.log, trackio.finish


seconds, log, finish = globals()[sys.argv[1]](json.load(sys.stdin), sys.argv[2])
print(json.dumps({"seconds": seconds}), flush=True)
for step in range(int(sys.argv[3])):
    log({f"metric{number}": number + 1 / (step + 1) for number in range(10)})
finish()
