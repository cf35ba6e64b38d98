/** Pages too narrow for a list and what is chosen of it side by side: phones, and large letters. */
import "./narrow.css";

export const narrow = (): boolean => matchMedia("(max-width: 1100px)").matches;

/** How far a page and a list in it are scrolled. */
export interface Scrolled { page: number; list: number }
export const scrolled = (list: Element | null): Scrolled => ({ page: scrollY, list: list?.scrollTop ?? 0 });
export function scrollTo(list: Element | null, to: Scrolled): void {
  list?.scrollTo({ top: to.list });
  window.scrollTo({ top: to.page });
}
