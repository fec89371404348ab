import type { ReactElement } from "react";

/** One path a picture, drawn on a 16 × 16 grid with a 1.5 stroke. */
const paths = {
  alert: "M8 2.2 14.2 13H1.8L8 2.2ZM8 6.5v3M8 11.2v.1",
  check: "m3 8.5 3.3 3.3L13 5",
  chevronDown: "m4 6 4 4 4-4",
  chevronLeft: "m10 4-4 4 4 4",
  chevronRight: "m6 4 4 4-4 4",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.4",
  close: "m4 4 8 8M12 4l-8 8",
  code: "m5.5 4.5-3.5 3.5 3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  columns: "M2.5 3h11v10h-11V3ZM6.2 3v10M9.8 3v10",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8v-8Z",
  down: "M8 3v10m-4-4 4 4 4-4",
  exclude: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.3 8h5.4",
  filter: "M2 3.5h12L9.5 8.6v4.2l-3-1.4V8.6L2 3.5Z",
  help: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.2 6.4A1.8 1.8 0 1 1 8 8.4v.7M8 11.2v.1",
  include: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5.3v5.4M5.3 8h5.4",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.4V11M8 4.9V5",
  link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.7.7M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.7-.7",
  live: "M8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4ZM4.9 11.1a4.4 4.4 0 0 1 0-6.2M11.1 4.9a4.4 4.4 0 0 1 0 6.2M2.9 13.1a7.2 7.2 0 0 1 0-10.2M13.1 2.9a7.2 7.2 0 0 1 0 10.2",
  moon: "M13.4 9.6A5.7 5.7 0 0 1 6.4 2.6 5.7 5.7 0 1 0 13.4 9.6Z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  pin: "M5.5 2.5h5l-.8 4 2.3 2.4H4l2.3-2.4-.8-4ZM8 9v4.8",
  refresh: "M13.2 6.5A5.4 5.4 0 0 0 3.6 5M2.8 9.5A5.4 5.4 0 0 0 12.4 11M3.4 2.2V5h2.8M12.6 13.8V11H9.8",
  search: "M7 11.8a4.8 4.8 0 1 0 0-9.6 4.8 4.8 0 0 0 0 9.6ZM10.5 10.5 14 14",
  send: "M14 2 7.2 8.8M14 2 9.6 14l-2.4-5.2L2 6.4 14 2Z",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M3.5 12.5l.8-.8M11.7 4.3l.8-.8",
  system: "M2 3h12v8H2V3ZM5.5 13.5h5M8 11v2.5",
  table: "M2.5 3h11v10h-11V3ZM2.5 6.3h11M2.5 9.7h11M6.5 6.3V13",
  unplugged: "m2.5 2.5 11 11M6.5 4V2.2M9.8 4V2.2M5 5.2V7a3 3 0 0 0 4.4 2.7M11 8.2V5.2H8.2M8 10v3.8",
  zoomOut: "M7 11.8a4.8 4.8 0 1 0 0-9.6 4.8 4.8 0 0 0 0 9.6ZM10.5 10.5 14 14M5 7h4",
} as const;

export type IconName = keyof typeof paths;

/** A small picture in the colour of its text. It is decoration: what it means stands beside it or in the button's label. */
export function Icon({ name, spin = false }: { readonly name: IconName; readonly spin?: boolean }): ReactElement {
  return (
    <svg className={spin ? "icon spin" : "icon"} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
