"""What lies in `deploy/` says what Hudhud knows: its commands, options and settings exist."""

import copy
import importlib.util
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer.main
import yaml
from manifests import schema_of
from typer.core import TyperGroup
from typer.exceptions import TyperException

from indexer.core.limits import DEFAULTS
from indexer.core.settings import NAMES, Settings
from search_api.commands.cli import app

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
NGINX = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
SETTINGS = Settings.read({}, file=DEPLOY / "hudhud.toml").settings


def unit(path: Path) -> dict[str, list[tuple[str, str]]]:
    """The lines of each section, in order: keys may come twice."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.append((key, value))
    return sections


def service(name: str) -> dict[str, str]:
    return dict(unit(DEPLOY / name)["Service"])


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile, its instructions with what belongs to each."""
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE))
    lines = [line.strip() for line in joined.splitlines() if line.strip()]
    return [(first, " ".join(rest.split())) for first, _, rest in (line.partition(" ") for line in lines)]


def accepts(arguments: list[str]) -> bool:
    """Whether `hudhud` knows a command with these options and arguments."""
    command, left = typer.main.get_command(app), arguments
    while isinstance(command, TyperGroup):
        if left[0] not in command.commands:
            return False
        command, left = command.commands[left[0]], left[1:]
    try:
        command.make_context(arguments[0], list(left))
    except TyperException:
        return False
    return True


def test_the_check_of_commands_sees_what_is_wrong() -> None:
    assert accepts(["serve", "--host", "0.0.0.0"])
    assert accepts(["keys", "create", "newsroom", "--scope", "admin"])
    assert not accepts(["serve", "--hots", "0.0.0.0"])
    assert not accepts(["server"])


def commands() -> list[list[str]]:
    """Every `hudhud …` that `deploy/` runs or tells to run."""
    found = [shlex.split(dict(unit(path)["Service"])["ExecStart"])[1:] for path in DEPLOY.glob("*.service")]
    found += [one["command"] for one in COMPOSE["services"].values()]
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    found += [shlex.split(line) for line in re.findall(r"(?m)^# .* run --rm reindex (\S.*)$", text)]
    pieces = re.findall(r"(?:^|bin/)hudhud ((?:reindex|search) [^&\\]*)", DOCKERFILE)
    return found + [shlex.split(piece) for piece in pieces]


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_every_command_exists_with_its_options(arguments: list[str]) -> None:
    assert accepts(arguments)


def test_commands_were_found_everywhere() -> None:
    assert sorted(arguments[0] for arguments in commands()) == [
        *["keys", "reindex", "reindex", "reindex", "search", "serve", "serve"],
    ]


def test_every_variable_is_a_setting() -> None:
    files = [path for path in DEPLOY.iterdir() if path.suffix != ".toml"]
    named = {
        name for path in files for name in re.findall(r"HUDHUD_([A-Z_]+)", path.read_text(encoding="utf-8"))
    }
    assert named <= {name.upper() for name in NAMES}
    assert {"CACHE", "INDEX"} <= named


def test_the_settings_are_known_and_fit_the_units_and_nginx() -> None:
    given = tomllib.loads((DEPLOY / "hudhud.toml").read_text(encoding="utf-8"))
    assert set(given) <= set(NAMES)
    assert f"--index {SETTINGS.index}" in service("hudhud-reindex.service")["ExecStart"]
    assert "--config /etc/hudhud.toml" in service("hudhud.service")["ExecStart"]
    assert f"server {SETTINGS.host}:{SETTINGS.port};" in NGINX
    assert f"location {SETTINGS.root_path}/ {{" in NGINX
    assert SETTINGS.allowed_hosts == tuple(re.findall(r"server_name (\S+);", NGINX))
    assert SETTINGS.trusted_proxies == (SETTINGS.host,)


def test_nginx_passes_on_what_the_server_believes_and_waits_as_long_as_it_works() -> None:
    assert NGINX.count("{") == NGINX.count("}")
    statements = re.sub(r"[{}]", ";", NGINX).split(";")
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for" in map(str.strip, statements)
    assert "proxy_set_header Host $host" in map(str.strip, statements)
    for line in NGINX.splitlines():
        assert not line.strip() or line.strip()[-1] in "{};", line
    [seconds] = re.findall(r"proxy_read_timeout (\d+)s", NGINX)
    assert float(seconds) > DEFAULTS.deadline_seconds
    [idle] = re.findall(r"keepalive_timeout (\d+)s", NGINX)
    assert float(idle) < DEFAULTS.idle_seconds
    [kilobytes] = re.findall(r"client_max_body_size (\d+)k", NGINX)
    assert int(kilobytes) * 1024 == DEFAULTS.body_bytes


def test_the_image_runs_as_nobody_in_particular_from_a_fixed_base() -> None:
    found = instructions()
    stages = [rest for name, rest in found if name == "FROM"]
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+( AS \w+)?", stage) for stage in stages), stages
    last = [name for name, _ in found][::-1].index("FROM")
    final = found[len(found) - last - 1 :]
    users = [rest for name, rest in final if name == "USER"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[-1])
    assert [name for name, _ in final].index("USER") < [name for name, _ in final].index("ENTRYPOINT")
    assert {name for name, _ in found}.isdisjoint({"ADD", "MAINTAINER"})
    assert not [rest for name, rest in found if name in {"CMD", "ENTRYPOINT"} and not rest.startswith("[")]
    assert "sudo" not in DOCKERFILE
    assert not re.search("(?i)password|token|secret", DOCKERFILE)
    assert dict(final)["STOPSIGNAL"] == "SIGTERM"


def test_the_image_takes_what_there_is_and_what_the_wheel_needs() -> None:
    copied = [
        source
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {*wheel, pyproject["project"]["readme"], *pyproject["project"]["license-files"]} <= set(copied)
    sent = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{source}" for source in copied} == {line for line in sent if line.startswith("!")}


def test_the_model_that_is_baked_in_is_where_the_server_looks() -> None:
    environments = [rest for name, rest in instructions() if name == "ENV"]
    caches = [re.findall(r"HUDHUD_CACHE=(\S+)", rest) for rest in environments]
    assert caches == [["/opt/hudhud/cache"]] * 2
    assert ("COPY", "--from=build /opt/hudhud /opt/hudhud") in instructions()


def test_containers_have_no_rights_and_write_only_where_they_must() -> None:
    for one in COMPOSE["services"].values():
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one["tmpfs"] == ["/tmp"]
        mounted = [volume.split(":") for volume in one["volumes"]]
        assert [parts[-1] for parts in mounted if parts[0] != "index"] in ([], ["ro"])
    reindex, serve = COMPOSE["services"]["reindex"], COMPOSE["services"]["serve"]
    assert reindex["network_mode"] == "none"
    assert serve["ports"] == [f"127.0.0.1:8000:{Settings().port}"]
    assert float(serve["stop_grace_period"].rstrip("s")) > DEFAULTS.grace_seconds + 5
    assert (DEPLOY / serve["build"]["context"]).resolve() == ROOT
    assert (ROOT / serve["build"]["dockerfile"]).exists()


@pytest.mark.parametrize("name", ["hudhud.service", "hudhud-reindex.service"])
def test_services_may_do_little(name: str) -> None:
    given = service(name)
    for key, value in {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "CapabilityBoundingSet": "",
        "RestrictNamespaces": "yes",
        "User": "hudhud",
    }.items():
        assert given[key] == value, key
    assert "MemoryDenyWriteExecute" not in given


def test_the_server_is_started_again_and_has_time_to_end() -> None:
    given = service("hudhud.service")
    assert (given["Restart"], given["SuccessExitStatus"]) == ("always", "130")
    assert float(given["TimeoutStopSec"]) > DEFAULTS.grace_seconds + 5
    assert int(given["LimitNOFILE"]) > DEFAULTS.connections + 256
    assert service("hudhud-reindex.service")["PrivateNetwork"] == "yes"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/opt/hudhud/venv/bin/hudhud", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False, timeout=60
    )
    complaints = [line for line in done.stderr.splitlines() if "hudhud" in line]
    assert complaints == []
    (tmp_path / "hudhud.service").write_text("[Service]\nExecStrat=/bin/true\n", encoding="utf-8")
    wrong = subprocess.run(
        ["systemd-analyze", "verify", units[-1]], capture_output=True, text=True, check=False, timeout=60
    )
    assert "hudhud" in wrong.stderr + done.stderr


def test_the_timer_starts_a_unit_that_there_is() -> None:
    for path in DEPLOY.glob("*.timer"):
        assert path.with_suffix(".service").exists()
        assert ("Persistent", "yes") in unit(path)["Timer"]


def test_every_file_is_told_of() -> None:
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [path.name for path in DEPLOY.iterdir() if path.name not in told] == []


KUBERAY: list[dict[str, Any]] = [*yaml.safe_load_all((DEPLOY / "kuberay.yaml").read_text(encoding="utf-8"))]


def pods() -> list[dict[str, Any]]:
    """What runs in each pod of the example for Kubernetes: head, workers, ingress."""
    cluster, ingress = (one["spec"] for one in KUBERAY)
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"], ingress]
    return [group["template"]["spec"] for group in groups]


def test_the_ingress_on_kubernetes_is_started_with_options_that_there_are() -> None:
    [container] = pods()[-1]["containers"]
    arguments = shlex.split(container["args"][0].partition("exec hudhud ")[2])
    assert arguments[0] == "serve"
    assert accepts(arguments)
    assert "--address hudhud-head-svc:6379" in container["args"][0]
    assert KUBERAY[0]["metadata"]["name"] == "hudhud"


def test_pods_see_the_index_and_the_cache_and_report_nothing() -> None:
    nobody = "http://127.0.0.1:9"
    for place, pod in enumerate(pods()):
        [container] = pod["containers"]
        volumes = {volume["name"] for volume in pod["volumes"]}
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        environment = {one["name"]: one["value"] for one in container["env"] if "value" in one}
        assert set(mounts) == volumes == {"index", "cache"}
        assert environment.pop("RAY_AUTH_MODE", "token") == "token"
        of_head = {"RAY_USAGE_STATS_REPORT_URL": nobody, "http_proxy": nobody}
        own = {"HUDHUD_CACHE": mounts["cache"]} if place else of_head
        assert environment == {"RAY_USAGE_STATS_ENABLED": "0", **own}
        assert mounts["index"] in pods()[-1]["containers"][0]["args"][0]


def test_the_cluster_on_kubernetes_has_the_ray_that_hudhud_asks_for_and_no_dashboard() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [pinned] = extras["optional-dependencies"]["cluster"]
    assert pinned == f"ray=={KUBERAY[0]['spec']['rayVersion']}"
    assert KUBERAY[0]["spec"]["headGroupSpec"]["rayStartParams"]["include-dashboard"] == "false"


def faults(manifest: dict[str, Any]) -> list[str]:
    """What is wrong with a manifest, by where it stands."""
    found = jsonschema.Draft202012Validator(schema_of(manifest)).iter_errors(manifest)
    return sorted(f"{'.'.join(map(str, one.absolute_path))}: {one.message}" for one in found)


@pytest.mark.parametrize("manifest", KUBERAY, ids=lambda one: str(one["kind"]))
def test_manifests_hold_what_there_is_and_what_must_be(manifest: dict[str, Any]) -> None:
    assert faults(manifest) == []


def test_the_check_of_manifests_sees_what_is_wrong() -> None:
    wrong = copy.deepcopy(KUBERAY[0])
    wrong["spec"]["headGroupSpec"]["rayStartParams"]["num-cpus"] = 0
    wrong["spec"]["workerGroupSpecs"][0]["replica"] = 4
    [container] = wrong["spec"]["headGroupSpec"]["template"]["spec"]["containers"]
    container["resources"]["limits"]["memory"] = "4GB"
    container["env"][0]["value"] = 0
    assert [line.partition(":")[0] for line in faults(wrong)] == [
        "spec.headGroupSpec.rayStartParams.num-cpus",
        "spec.headGroupSpec.template.spec.containers.0.env.0.value",
        "spec.headGroupSpec.template.spec.containers.0.resources.limits.memory",
        "spec.workerGroupSpecs.0",
    ]


def test_a_cluster_without_a_dashboard_is_asked_for_what_listens() -> None:
    cluster = KUBERAY[0]["spec"]
    head, workers = cluster["headGroupSpec"], cluster["workerGroupSpecs"][0]
    ports = {head["rayStartParams"].get("port", "6379"), workers["rayStartParams"]["node-manager-port"]}
    probes = [
        container[kind]["tcpSocket"]["port"]
        for pod in pods()[:-1]
        for container in pod["containers"]
        for kind in ("readinessProbe", "livenessProbe")
    ]
    assert {str(port) for port in probes} == ports


def test_the_ingress_has_the_token_of_the_cluster() -> None:
    assert KUBERAY[0]["spec"]["authOptions"] == {"mode": "token"}
    environment = {one["name"]: one for one in pods()[-1]["containers"][0]["env"]}
    assert environment["RAY_AUTH_MODE"]["value"] == "token"
    secret = {"name": KUBERAY[0]["metadata"]["name"], "key": "auth_token"}
    assert environment["RAY_AUTH_TOKEN"]["valueFrom"] == {"secretKeyRef": secret}


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs ray")
@pytest.mark.filterwarnings("ignore")
def test_ray_knows_the_options_that_its_nodes_are_started_with() -> None:
    from ray.scripts.scripts import start

    known = {option for one in start.params for option in (*one.opts, *one.secondary_opts)}
    cluster = KUBERAY[0]["spec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    given = [f"--{name}" for group in groups for name in group["rayStartParams"]]
    command = pods()[-1]["containers"][0]["args"][0].partition("&&")[0]
    given += [word for word in shlex.split(command) if word.startswith("--")]
    assert {"--address", "--num-cpus", "--disable-usage-stats"} < set(given) <= known


def test_labels_select_their_pods() -> None:
    ingress = KUBERAY[1]["spec"]
    assert ingress["selector"]["matchLabels"] == ingress["template"]["metadata"]["labels"]
    for group in KUBERAY[0]["spec"]["workerGroupSpecs"]:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]
        anti = group["template"]["spec"]["affinity"]["podAntiAffinity"]
        [term] = anti["preferredDuringSchedulingIgnoredDuringExecution"]
        labels = term["podAffinityTerm"]["labelSelector"]["matchLabels"]
        assert labels == {"ray.io/group": group["groupName"]}
