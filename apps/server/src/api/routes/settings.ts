import Type from "typebox";
import { defineRoute } from "../route.ts";
import * as schema from "../schemas.ts";

const closed = { additionalProperties: false } as const;
const settings = { tag: "settings", resource: "settings" } as const;
const retention = { tag: "retention", resource: "retention" } as const;

const getSettings = defineRoute({
  ...settings,
  method: "GET",
  path: "/api/v1/settings",
  operationId: "getSettings",
  summary: "Every setting with its value, default and unit.",
  action: "settings.read",
  response: schema.SettingsResult,
});

const putSetting = defineRoute({
  ...settings,
  method: "PUT",
  path: "/api/v1/settings/{key}",
  operationId: "putSetting",
  summary: "Change a setting; it takes effect at once and the change is audited.",
  action: "settings.write",
  params: Type.Object({ key: Type.String({ maxLength: 100 }) }, closed),
  body: schema.SettingChange,
  response: schema.Setting,
  errors: ["setting_unknown", "setting_invalid"],
});

const previewRetention = defineRoute({
  ...retention,
  method: "GET",
  path: "/api/v1/retention/preview",
  operationId: "previewRetention",
  summary: "What the next retention run would drop.",
  action: "settings.read",
  response: schema.RetentionPreview,
});

const runRetention = defineRoute({
  ...retention,
  method: "POST",
  path: "/api/v1/retention/run",
  operationId: "runRetention",
  summary: "Drop what is past its retention and not held, or only say what would be dropped.",
  action: "retention.run",
  body: schema.RetentionOrder,
  response: schema.RetentionReport,
  errors: ["retention_waits", "engine_unavailable"],
});

const listHolds = defineRoute({
  ...retention,
  method: "GET",
  path: "/api/v1/retention/holds",
  operationId: "listHolds",
  summary: "Days that retention may not drop.",
  action: "settings.read",
  response: schema.HoldsResult,
});

const addHold = defineRoute({
  ...retention,
  method: "POST",
  path: "/api/v1/retention/holds",
  operationId: "addHold",
  summary: "Keep days from being dropped.",
  action: "settings.write",
  body: schema.HoldOrder,
  response: schema.Hold,
});

const removeHold = defineRoute({
  ...retention,
  method: "DELETE",
  path: "/api/v1/retention/holds/{id}",
  operationId: "removeHold",
  summary: "Lift a hold.",
  action: "settings.write",
  params: Type.Object({ id: Type.String({ maxLength: 100 }) }, closed),
  response: schema.Removed,
  errors: ["hold_not_found"],
});

/** Settings, retention and holds. */
export const settingsRoutes = {
  getSettings,
  putSetting,
  previewRetention,
  runRetention,
  listHolds,
  addHold,
  removeHold,
} as const;
