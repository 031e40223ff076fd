/** Contacts as the test source gives them; enough text that a change is much smaller than the whole. */
export function contactsOf(count: number, from = 1): { id: string; name: string; note: string }[] {
  return Array.from({ length: count }, (_, i) => contact(`k_${i + from}`));
}

export const contact = (id: string, name = `Name of ${id}`): { id: string; name: string; note: string } => ({
  id,
  name,
  note: `Something that was written down about ${id}, once, and never changed since`,
});
