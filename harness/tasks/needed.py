"""What tasks need of the hub, before they are loaded."""

from harness.hub.trouble import Asked
from harness.settings.tasks import TasksSettings
from harness.tasks.hub import HUB, needed_of_hub
from harness.tasks.load import MTEB, list_names
from harness.tasks.mteb_source import needed_of_mteb
from harness.tasks.places import name_places


def needed_of_tasks(settings: TasksSettings) -> list[Asked]:
    """The parts of the hub that `load_tasks` would read; their cards are fetched to know.

    What ir_datasets and packages fetch is not among them. Raises as `load_tasks` does.
    """
    names = list_names(settings)
    if settings.source in MTEB:
        return [needed_of_mteb(name) for name in names]
    if settings.source != "folder":
        return []
    places = dict(zip(name_places(settings.paths), settings.paths, strict=True))
    hubs = [places[name].removeprefix(HUB) for name in names if places[name].startswith(HUB)]
    return [asked for place in hubs for asked in needed_of_hub(place, settings.split)]
