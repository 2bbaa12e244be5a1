/** The options of a command that were given, as a question to the client: what was left out is not there. */
export const given = <T extends object>(options: T): { readonly [Name in keyof T]?: Exclude<T[Name], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
