import { type ReactElement, type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./button.tsx";

/** A modal dialog. The browser keeps the focus inside, closes on Escape and gives the focus back; a click beside it closes it too. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactElement {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click only catches the backdrop; Escape does the same by the browser's own means
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="close" label="Close" size="small" onClick={onClose} />
      </div>
      <div className="dialog-body scroll">{children}</div>
    </dialog>
  );
}
