/** Ctrl with Z, Shift+Z or Y, and S, outside of fields; a question before unsaved changes are left. */
import { useEffect } from "preact/hooks";

export function useShortcuts({ undo, redo, save, unsaved }: { undo: () => void; redo: () => void; save: () => void; unsaved: boolean }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || (event.target as HTMLElement).closest("input, textarea") !== null) return;
      const key = event.key.toLowerCase();
      if (key === "z") (event.shiftKey ? redo : undo)();
      else if (key === "y") redo();
      else if (key === "s") save();
      else return;
      event.preventDefault();
    };
    const onLeave = (event: BeforeUnloadEvent) => unsaved && event.preventDefault();
    addEventListener("keydown", onKey);
    addEventListener("beforeunload", onLeave);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("beforeunload", onLeave);
    };
  });
}
