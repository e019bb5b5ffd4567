from benchmarks.harness import run_as_script

run_as_script("scale")
