/** What hears a field: tells the text that stands in it now. */
export function typed(set: (text: string) => void): (event: Event) => void {
  return ({ currentTarget }) => set((currentTarget as HTMLInputElement | HTMLSelectElement).value)
}
