import { useCallback, useState } from "react";
import { recall, remember } from "../ui/remember.ts";

/** Whether shortcuts of a single letter are off, saved in this browser. People who dictate need them off. */
export function useKeysSetting(): readonly [boolean, (off: boolean) => void] {
  const [off, setOff] = useState(() => recall("letters") === "off");
  const change = useCallback((next: boolean) => {
    remember("letters", next ? "off" : undefined);
    setOff(next);
  }, []);
  return [off, change];
}
