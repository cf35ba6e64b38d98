/** The day as 24 hours in a row: night darker, the most dangerous hour raised, a mark where it is now, if that is to be named. */
export function Day({ worst, now }: { worst: number; now: number | null }) {
  return (
    <div class="day" aria-hidden="true">
      <ol>
        {Array.from({ length: 24 }, (_, hour) => (
          <li key={hour} class={`${hour === worst ? "worst" : hour < 6 || hour >= 20 ? "night" : ""}${hour === now ? " now" : ""}`} />
        ))}
      </ol>
      <p>{[0, 6, 12, 18, 24].map((hour) => <span key={hour}>{hour}</span>)}</p>
    </div>
  );
}
