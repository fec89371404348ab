import type { ButtonHTMLAttributes, ReactElement, Ref } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface Look {
  readonly look?: "normal" | "plain" | "accent";
  readonly size?: "normal" | "small";
  readonly ref?: Ref<HTMLButtonElement>;
}

type NativeButton = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "type">;

/** A button with words, and a picture before them if `icon` is given. `submits`: it sends the form around it. */
export function Button({
  look = "normal",
  size = "normal",
  icon,
  children,
  className = "",
  submits = false,
  ...rest
}: Look & NativeButton & { readonly icon?: IconName; readonly submits?: boolean }): ReactElement {
  return (
    <button
      type={submits ? "submit" : "button"}
      className={`button ${className}`}
      data-look={look}
      data-size={size}
      {...rest}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that shows only a picture; `label` is read aloud and, with `tip`, shown beneath it on hover. */
export function IconButton({
  look = "plain",
  size = "normal",
  icon,
  label,
  tip = false,
  spin = false,
  ...rest
}: Look &
  NativeButton & {
    readonly icon: IconName;
    readonly label: string;
    readonly tip?: boolean;
    readonly spin?: boolean;
  }): ReactElement {
  const name = tip ? { "data-tip": label } : { title: label };
  return (
    <button
      type="button"
      className="button"
      data-look={look}
      data-size={size}
      data-shape="icon"
      aria-label={label}
      {...name}
      {...rest}
    >
      <Icon name={icon} spin={spin} />
    </button>
  );
}
