"""`schakel demo`: the three headline uses, played by six agencies on real components; also what must not happen.

Exit status 0 when everything went as expected; any surprise gives another status and says what was expected.
"""

import shutil
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from gateway.local.demo.audit_trail import show_audit_trail
from gateway.local.demo.ban import play_ban
from gateway.local.demo.cast import Cast
from gateway.local.demo.expectation import Surprise
from gateway.local.demo.historie import play_history
from gateway.local.demo.screen import Screen
from gateway.local.demo.screening import play_screening
from gateway.local.demo.zsm import play_zsm
from gateway.local.exchange import Exchange, NotReady
from gateway.local.processes import ChildDied, Supervisor
from gateway.local.world import free_ports, make_world
from gateway.setup import NotPrepared


def demo(*, keep: Path | None = None) -> int:
    """Plays the demo and leaves no process behind. With `keep` the files of the exchange stay there."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    screen = Screen()
    folder = Path(tempfile.mkdtemp(prefix="schakel-demo-")) if keep is None else keep.resolve()
    supervisor = Supervisor(folder / "logs")
    try:
        return _play(screen, folder, supervisor)
    except Surprise as surprise:
        screen.surprise(str(surprise))
        screen.say(f"Logboeken: {folder / 'logs'}")
        keep = folder
        return 1
    except (NotReady, ChildDied, NotPrepared, FileExistsError) as error:
        screen.surprise(str(error))
        keep = folder
        return 3
    finally:
        supervisor.stop()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _play(screen: Screen, folder: Path, supervisor: Supervisor) -> int:
    screen.title("Schakel: van een geplande screening tot de ZSM-tafel en de casemanager")
    with screen.progress("Sleutels, certificaten en beleid maken"):
        ports = free_ports()
        world = make_world(folder, ports, now=datetime.now(UTC), simulation=True)
    exchange = Exchange(world, ports, supervisor)
    exchange.start(lambda part: screen.say(f"starten: {part}"))
    screen.good(f"{len(supervisor.pids)} processen draaien, elk met eigen sleutels en bestanden")
    with Cast(exchange) as cast:
        played = play_screening(cast, screen)
        play_ban(cast, screen, played)
        play_zsm(cast, screen, played)
        play_history(cast, screen, played)
        show_audit_trail(cast, screen, played)
    screen.title("Alles ging zoals verwacht")
    return 0
