import type { Level } from "@taffrail/contracts";
import type { ReactElement, ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

/** A key as it is printed on a keyboard. */
export function Kbd({ children }: { readonly children: ReactNode }): ReactElement {
  return <kbd className="kbd">{children}</kbd>;
}

/** A level's name in its colour. */
export function LevelName({ level }: { readonly level: Level }): ReactElement {
  return (
    <span className="level" data-level={level}>
      {level}
    </span>
  );
}

/** What takes the place of content that cannot be shown: nothing found, an error, a server that is away. */
export function StateCard({
  tone = "note",
  icon,
  title,
  children,
  actions,
}: {
  readonly tone?: "note" | "caution" | "danger";
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}): ReactElement {
  return (
    <section className="state" data-tone={tone} role={tone === "danger" ? "alert" : "status"}>
      <h2 className="state-title">
        <Icon name={icon} />
        {title}
      </h2>
      {children}
      {actions === undefined ? null : <div className="state-actions">{actions}</div>}
    </section>
  );
}

/** One line above the records about how far they can be trusted. */
export function Banner({
  tone = "note",
  icon = "info",
  children,
}: {
  readonly tone?: "note" | "caution" | "danger";
  readonly icon?: IconName;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <div className="banner" data-tone={tone}>
      <Icon name={icon} />
      {children}
    </div>
  );
}
