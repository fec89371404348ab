import type { ReactElement } from "react";
import { Brand } from "../ui/brand.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { useTheme } from "../ui/use-theme.ts";
import { ServerState } from "./server-state.tsx";

function ThemeButton(): ReactElement {
  const [theme, next] = useTheme();
  const icons = { system: "system", light: "sun", dark: "moon" } as const;
  const names = { system: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" };
  return <IconButton icon={icons[theme]} label={names[theme]} tip onClick={next} />;
}

/** The line at the very top: name, place, and what concerns the whole page. */
export function AppBar({
  onHelp,
  onSend,
  onSkip,
}: {
  readonly onHelp: () => void;
  readonly onSend: () => void;
  readonly onSkip: () => void;
}): ReactElement {
  return (
    <header className="app-bar">
      <Button look="accent" size="small" className="skip" onClick={onSkip}>
        Skip to the records
      </Button>
      <Brand />
      <h1 className="app-place">Explore</h1>
      <span className="spacer" />
      <ServerState />
      <Button look="plain" icon="send" className="app-send" onClick={onSend}>
        Send records
      </Button>
      <ThemeButton />
      <IconButton icon="help" label="Keys and query language (?)" tip onClick={onHelp} />
    </header>
  );
}
