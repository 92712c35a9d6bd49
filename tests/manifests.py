"""What manifests of Kubernetes may hold, as JSON Schemas: nothing but fields that there are.

Of each type the fields that `deploy/kuberay.yaml` uses or is likely to use, written down from the reference
of the API: https://ray-project.github.io/kuberay/reference/api/ for RayCluster (ray.io/v1),
https://kubernetes.io/docs/reference/kubernetes-api/ for Deployment, Service and pods.
"""

from typing import Any

Schema = dict[str, Any]

STRING: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
YES: Schema = {"type": "boolean"}
PORT: Schema = {"type": "integer", "minimum": 1, "maximum": 65_535}
STRINGS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
NAME: Schema = {"type": "string", "pattern": r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"}
QUANTITY: Schema = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"}


def closed(*required: str, **properties: Schema) -> Schema:
    """An object that has these fields and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": [*required],
        "additionalProperties": False,
    }


def many(items: Schema, least: int = 1) -> Schema:
    """A list of at least so many."""
    return {"type": "array", "items": items, "minItems": least}


METADATA = closed("name", name=NAME, namespace=NAME, labels=STRINGS, annotations=STRINGS)
PROBE: Schema = {
    **closed(
        tcpSocket=closed("port", port=PORT),
        httpGet=closed("path", "port", path=STRING, port=PORT, scheme=STRING),
        exec=closed("command", command=many(STRING)),
        initialDelaySeconds=COUNT,
        periodSeconds=COUNT,
        timeoutSeconds=COUNT,
        failureThreshold=COUNT,
        successThreshold=COUNT,
    ),
    "oneOf": [{"required": [kind]} for kind in ("tcpSocket", "httpGet", "exec")],
}
KEY = closed("name", "key", name=NAME, key=STRING, optional=YES)
VARIABLE: Schema = {
    **closed(
        "name",
        name=STRING,
        value={"type": "string"},
        valueFrom=closed(secretKeyRef=KEY, configMapKeyRef=KEY),
    ),
    "oneOf": [{"required": ["value"]}, {"required": ["valueFrom"]}],
}
AMOUNTS: Schema = {
    "type": "object",
    "propertyNames": {"enum": ["cpu", "memory", "ephemeral-storage", "nvidia.com/gpu"]},
    "additionalProperties": QUANTITY,
}
CONTAINER = closed(
    "name",
    "image",
    name=NAME,
    image=STRING,
    imagePullPolicy={"enum": ["Always", "IfNotPresent", "Never"]},
    command=many(STRING),
    args=many(STRING),
    env=many(VARIABLE),
    ports=many(closed("containerPort", name=NAME, containerPort=PORT, protocol=STRING)),
    resources=closed(limits=AMOUNTS, requests=AMOUNTS),
    volumeMounts=many(closed("name", "mountPath", name=NAME, mountPath=STRING, readOnly=YES, subPath=STRING)),
    readinessProbe=PROBE,
    livenessProbe=PROBE,
    startupProbe=PROBE,
    lifecycle={"type": "object"},
    securityContext={"type": "object"},
)
VOLUME: Schema = {
    **closed(
        "name",
        name=NAME,
        persistentVolumeClaim=closed("claimName", claimName=NAME, readOnly=YES),
        emptyDir=closed(medium=STRING, sizeLimit=QUANTITY),
        secret=closed("secretName", secretName=NAME),
    ),
    "oneOf": [{"required": [kind]} for kind in ("persistentVolumeClaim", "emptyDir", "secret")],
}
SELECTOR = closed(matchLabels=STRINGS, matchExpressions={"type": "array"})
APART = closed("topologyKey", "labelSelector", topologyKey=STRING, labelSelector=SELECTOR)
AFFINITY = closed(
    podAntiAffinity=closed(
        requiredDuringSchedulingIgnoredDuringExecution=many(APART),
        preferredDuringSchedulingIgnoredDuringExecution=many(
            closed(
                "weight",
                "podAffinityTerm",
                weight={"type": "integer", "minimum": 1, "maximum": 100},
                podAffinityTerm=APART,
            )
        ),
    ),
)
POD = closed(
    "spec",
    metadata=closed(labels=STRINGS, annotations=STRINGS),
    spec=closed(
        "containers",
        containers=many(CONTAINER),
        initContainers=many(CONTAINER),
        volumes=many(VOLUME),
        affinity=AFFINITY,
        nodeSelector=STRINGS,
        tolerations={"type": "array"},
        securityContext={"type": "object"},
        serviceAccountName=NAME,
        terminationGracePeriodSeconds=COUNT,
    ),
)
HEAD = closed(
    "template",
    template=POD,
    rayStartParams=STRINGS,
    serviceType={"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
    enableIngress=YES,
    headService={"type": "object"},
)
WORKERS = closed(
    "groupName",
    "template",
    groupName=NAME,
    template=POD,
    rayStartParams=STRINGS,
    replicas=COUNT,
    minReplicas=COUNT,
    maxReplicas=COUNT,
    numOfHosts=COUNT,
    idleTimeoutSeconds=COUNT,
    suspend=YES,
    scaleStrategy={"type": "object"},
)
CLUSTER = closed(
    "headGroupSpec",
    headGroupSpec=HEAD,
    workerGroupSpecs=many(WORKERS),
    rayVersion={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
    authOptions=closed("mode", mode={"enum": ["token", "disabled"]}),
    autoscalerOptions={"type": "object"},
    enableInTreeAutoscaling=YES,
    gcsFaultToleranceOptions=closed(
        "redisAddress",
        redisAddress=STRING,
        redisPassword={"type": "object"},
        redisUsername={"type": "object"},
        externalStorageNamespace=STRING,
    ),
    headServiceAnnotations=STRINGS,
    managedBy=STRING,
    suspend=YES,
)
DEPLOYMENT = closed(
    "selector",
    "template",
    selector=SELECTOR,
    template=POD,
    replicas=COUNT,
    strategy={"type": "object"},
    minReadySeconds=COUNT,
    revisionHistoryLimit=COUNT,
)
SERVICE = closed(
    "ports",
    ports=many(closed("port", name=NAME, port=PORT, targetPort={}, protocol=STRING)),
    selector=STRINGS,
    type={"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
)
KINDS = {
    ("ray.io/v1", "RayCluster"): CLUSTER,
    ("apps/v1", "Deployment"): DEPLOYMENT,
    ("v1", "Service"): SERVICE,
}


def schema_of(manifest: dict[str, Any]) -> Schema:
    """What a manifest of its kind may hold; a KeyError where that is not written down here."""
    spec = KINDS[manifest["apiVersion"], manifest["kind"]]
    wanted = ("apiVersion", "kind", "metadata", "spec")
    return closed(*wanted, apiVersion=STRING, kind=STRING, metadata=METADATA, spec=spec)
