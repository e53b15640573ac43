"""One program on tasks: run, measured, audited, admitted."""
