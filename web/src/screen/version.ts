/** Loads the page anew when the server has another version, not all screens at once, and only when the page is there. */
export class Version {
  private known: string | null = null;
  private planned = false;

  constructor(
    private readonly reload: () => void = () => location.reload(),
    private readonly there: () => Promise<boolean> = () =>
      fetch(location.href, { cache: "no-store" }).then((r) => r.ok, () => false),
    private readonly spread_ms = 20_000,
    private readonly random: () => number = Math.random,
  ) {}

  heard(version: string): void {
    this.known ??= version;
    if (version === this.known || this.planned) return;
    this.planned = true;
    setTimeout(this.go, 500 + this.random() * this.spread_ms);
  }

  private readonly go = async (): Promise<void> => {
    if (await this.there()) this.reload();
    else setTimeout(this.go, 5000);
  };
}
