#!/bin/bash
# A run on the nodes of one SLURM job; see docs/many-machines.md. Not tried.
#SBATCH --job-name=ttc
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive
#SBATCH --time=08:00:00
set -euo pipefail
export RAY_USAGE_STATS_ENABLED=0
head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
# The archive is written on the first node alone: name a folder that outlives the job.
srun ray symmetric-run --address "$head:6379" --min-nodes "$SLURM_JOB_NUM_NODES" -- \
  ttc discover executor=ray executor.address=auto search.in_flight=64 "archive.path=$SLURM_SUBMIT_DIR/run.db"
