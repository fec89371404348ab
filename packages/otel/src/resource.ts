import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Attributes } from "@opentelemetry/api";
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";

/**
 * The resource that spans and metrics belong to. What was given stands over `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`, these over what is
 * known of the process. The command line is left out: it may hold secrets.
 */
export function createResource(service: string | undefined, given: Attributes): Resource {
  const known = resourceFromAttributes({
    "service.instance.id": randomUUID(),
    "host.name": hostname(),
    "process.pid": process.pid,
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.versions.node,
  });
  const named = service === undefined ? given : { ...given, "service.name": service };
  return defaultResource()
    .merge(known)
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(named));
}
