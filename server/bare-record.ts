/**
 * A record without members of its own kind, so that `__proto__` is a name as any other. V8 keeps it as compact as an
 * object of a class; of one that Object.create(null) makes it makes a hash table.
 */
class Bare {}
Object.setPrototypeOf(Bare.prototype, null)
Reflect.deleteProperty(Bare.prototype, 'constructor')

// A class says nothing of the members that its objects get.
export const bareRecord = <Value>(): Record<string, Value> => new Bare() as Record<string, Value>
