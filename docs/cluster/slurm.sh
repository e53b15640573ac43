#!/bin/bash
# A run on the nodes of one SLURM job; see docs/many-machines.md. Not tried with SLURM.
#SBATCH --job-name=ttc
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=32
#SBATCH --exclusive
#SBATCH --no-kill
#SBATCH --requeue
#SBATCH --time=08:00:00
set -euo pipefail
export RAY_USAGE_STATS_ENABLED=0
# Ray waits 30 s for all nodes by default; from a network disk it takes longer to start.
export RAY_SYMMETRIC_RUN_CLUSTER_WAIT_TIMEOUT=300
# The archive is written on the first node alone, and a job that starts anew goes on with it: it has to outlive the job.
export TTC_ARCHIVE="${SLURM_SUBMIT_DIR:-$PWD}/run.db"
nodes=${SLURM_JOB_NUM_NODES:-1}
cores=${SLURM_CPUS_PER_TASK:-$(nproc)}
head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
# srun says again how many cores a task has, as it would bind Ray to one.
srun --no-kill --cpus-per-task="$cores" \
  ray symmetric-run --address "$head:6379" --min-nodes "$nodes" --num-cpus "$cores" -- \
  sh -c 'if [ -e "$TTC_ARCHIVE" ]
    then ttc resume latest --archive "$TTC_ARCHIVE"
    else ttc discover executor=ray executor.address=auto search.in_flight=64 "archive.path=$TTC_ARCHIVE"
    fi'
