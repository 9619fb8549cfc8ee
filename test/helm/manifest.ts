/** What the tests look at of a Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: Spec;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly automountServiceAccountToken?: boolean;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The union of the fields of all kinds: a test knows which kind it holds. */
export interface Spec {
  readonly replicas?: number;
  readonly type?: string;
  readonly ports?: readonly { name: string; port: number; targetPort: string; nodePort?: number }[];
  readonly selector?: Readonly<Record<string, unknown>>;
  readonly strategy?: { type: string };
  readonly template?: { metadata: Metadata; spec: PodSpec };
  readonly jobTemplate?: { spec: { template: { metadata: Metadata; spec: PodSpec } } };
  readonly schedule?: string;
  readonly storageClassName?: string;
  readonly resources?: { requests: { storage: string } };
  readonly accessModes?: readonly string[];
  readonly data?: readonly { secretKey: string; remoteRef: { key: string; property: string } }[];
  readonly target?: { name: string };
  readonly secretStoreRef?: { name: string; kind: string };
  readonly groups?: readonly {
    name: string;
    rules: readonly { alert: string; annotations?: Readonly<Record<string, string>> }[];
  }[];
  readonly tls?: readonly { secretName: string }[];
  readonly triggers?: readonly { type: string; metadata: Record<string, string> }[];
  readonly minReplicas?: number;
  readonly scaleTargetRef?: { name: string };
  readonly rules?: readonly { http: { paths: readonly { path: string }[] } }[];
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly unknown[];
  readonly egress?: readonly unknown[];
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext?: SecurityContext;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly topologySpreadConstraints?: readonly { topologyKey: string }[];
  readonly volumes?: readonly Volume[];
  readonly restartPolicy?: string;
  readonly serviceAccountName?: string;
}

export interface Volume {
  readonly name: string;
  readonly secret?: { secretName: string; optional?: boolean; items?: readonly { key: string; path: string }[] };
  readonly persistentVolumeClaim?: { claimName: string };
  readonly emptyDir?: { medium?: string };
  readonly configMap?: { name: string };
}

export interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { type: string };
  readonly readOnlyRootFilesystem?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly capabilities?: { drop: readonly string[] };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly ports?: readonly { name: string; containerPort: number }[];
  readonly securityContext?: SecurityContext;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  readonly volumeMounts?: readonly { name: string; mountPath: string; subPath?: string }[];
  readonly lifecycle?: { preStop?: { exec: { command: string[] } } };
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } };
}

export interface Probe {
  readonly httpGet?: { path: string; port: string | number; scheme?: string };
  readonly grpc?: { port: number };
  readonly exec?: { command: string[] };
  readonly tcpSocket?: { port: string };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

/** The pod that an object makes, if it makes one. */
export function podOf(manifest: Manifest): PodSpec | undefined {
  return manifest.spec?.template?.spec ?? manifest.spec?.jobTemplate?.spec.template.spec;
}

export function containersOf(pod: PodSpec): readonly Container[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}
