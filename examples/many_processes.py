"""Four processes that write one run, each as a writer of its own."""

import multiprocessing

import assay


def work(run_id: str, rank: int) -> None:
    run = assay.attach(run_id)
    for step in range(20):
        run.log({f"rank {rank}/load": step * (rank + 1)})
    run.finish(quiet=True)


if __name__ == "__main__":
    with assay.init(project="examples") as run:
        run.log({"started": 1})
        context = multiprocessing.get_context("spawn")
        workers = [context.Process(target=work, args=(run.id, rank)) for rank in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
