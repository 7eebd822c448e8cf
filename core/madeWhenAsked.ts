/**
 * Describes a property of an object that is made when somebody asks for it, and goes with what is spread. One description serves all objects
 * of a kind: a getter in an object literal is another function for each object, which costs as much as reading a whole item does.
 *
 * @example
 * const SIZE = madeWhenAsked((file: File) => file.text.length);
 * Object.defineProperty(this, 'size', SIZE);
 */
export function madeWhenAsked<Owner extends object>(
  make: (owner: Owner) => unknown,
): PropertyDescriptor & ThisType<Owner> {
  return {
    enumerable: true,
    get(this: Owner) {
      return make(this);
    },
  };
}
