{{- define "schakel.fullname" -}}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- $name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Labels that select; they never change during the life of a release. Takes a dict of root and component. */}}
{{- define "schakel.selector" -}}
app.kubernetes.io/name: schakel
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "schakel.labels" -}}
{{ include "schakel.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "schakel.image" -}}
{{- $image := .image -}}
{{- if $image.digest }}{{ $image.repository }}@{{ $image.digest }}{{ else }}{{ $image.repository }}:{{ $image.tag | default .default }}{{ end }}
{{- end }}

{{/* What every pod of the release is denied. */}}
{{- define "schakel.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
serviceAccountName: {{ include "schakel.fullname" . }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "schakel.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Pods of one component on different machines where that is possible. Takes a dict of root and component. */}}
{{- define "schakel.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "schakel.selector" . | nindent 8 }}
{{- end }}

{{/* The password is the only part of the database address that is secret; libpq reads it from the environment. */}}
{{- define "schakel.databasePassword" -}}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.secret }}
      key: password
{{- end }}

{{/* A probe that opens a connection: the listener admits only callers with a certificate, and kubelet has none. */}}
{{- define "schakel.tcpProbes" -}}
startupProbe:
  tcpSocket: {port: https}
  periodSeconds: 2
  failureThreshold: 60
readinessProbe:
  tcpSocket: {port: https}
  periodSeconds: 5
livenessProbe:
  tcpSocket: {port: https}
  periodSeconds: 10
  failureThreshold: 6
{{- end }}
