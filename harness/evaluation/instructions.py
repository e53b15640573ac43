"""What an encoder whose prompts ask for it is told of a task."""

from dataclasses import replace

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import DOCUMENT, EmbedOptions
from harness.encoders.roles import INSTRUCTION
from harness.errors import UsageError
from harness.tasks.task import RetrievalTask


def told_of(task: RetrievalTask, options: EmbedOptions = DOCUMENT) -> EmbedOptions:
    """The options of a request that is made on a task."""
    return replace(options, instructions=task.instructions)


def noted(task: RetrievalTask, encoder: CachedEncoder) -> RetrievalTask:
    """The task, whose notes say what the encoder is told of it.

    Raises UsageError where the encoder is to be told what nobody says of the task.
    """
    for role in encoder.instructed:
        if role not in task.instructions:
            raise UsageError(
                f"Task {task.name} has no instruction, and the encoder's {role} prompt asks for one ({INSTRUCTION}); "
                f"use tasks of mteb, or write the instruction into encoder.prompts."
            )
    told = [f'{role} texts are read with "{task.instructions[role]}"' for role in encoder.instructed]
    return replace(task, notes=(*task.notes, f"Task {task.name}: {'; '.join(told)}.")) if told else task
