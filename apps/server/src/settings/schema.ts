/** Tables of the settings database. Times are RFC 3339 text and values JSON text, so that both dialects store the same. */
export interface SettingsTables {
  readonly settings: {
    readonly key: string;
    readonly value: string;
    readonly updated_at: string;
    readonly updated_by: string;
  };
  readonly holds: {
    readonly id: string;
    readonly tenant: string;
    readonly from_day: string;
    readonly to_day: string;
    readonly reason: string;
    readonly created_at: string;
    readonly created_by: string;
  };
}
