package ai.auditor.sae;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.model.Family;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * Whether an autoencoder belongs to the states that it is given: its width, place and model by what its files say, and its quality by what
 * is measured, since a wrong place is silent otherwise (Gemma Scope's MLP autoencoder on the bare MLP output: FVU 9.8 in place of 0.26).
 */
public final class HookCheck {
    /** Measured and declared L0 differ by less on other text: at a right place within some per cent, at a wrong one tenfold. */
    private static final double L0_FACTOR = 4;

    /** How much worse than declared a reconstruction may be: answers of one kind vary less than the text that the figure is of. */
    private static final double FVU_SLACK = 0.5;

    /** What names of models begin with, by family; the first that fits counts. */
    private static final Map<String, Family> NAMES = names();

    private final SaeFacts facts;

    public HookCheck(SaeFacts facts) {
        this.facts = facts;
    }

    private static Map<String, Family> names() {
        Map<String, Family> names = new LinkedHashMap<>();
        names.put("gemma-?2", Family.GEMMA2);
        names.put("gemma-?3", Family.GEMMA3);
        names.put("gpt-?2", Family.GPT2);
        names.put("pythia", Family.GPT_NEOX);
        names.put("qwen2", Family.QWEN2);
        names.put("qwen3", Family.QWEN3);
        names.put("mistral", Family.MISTRAL);
        names.put("(meta-)?llama", Family.LLAMA);
        names.put("smollm2?-", Family.LLAMA);
        return names;
    }

    /**
     * The point at which the autoencoder is run.
     *
     * @param wanted by the user; where it is given it has to be the one that the files name, if they name one
     * @throws AuditException {@code MODEL} where the two differ, {@code USAGE} where neither names one
     */
    public Point point(Optional<Point> wanted) {
        Optional<Point> named = facts.hook().point();
        if (named.isPresent() && wanted.isPresent() && !named.get().equals(wanted.get())) {
            throw refused("was trained at " + named.get() + ", not at " + wanted.get());
        }
        return named.or(() -> wanted)
                .orElseThrow(() -> new AuditException(
                        AuditException.Code.USAGE,
                        shown() + " does not say which point of the model it reads: name it with --sae-point"));
    }

    /**
     * Makes sure that the model has the states that the autoencoder reads.
     *
     * @throws AuditException {@code MODEL} naming both where the width, the layer or the model is another one
     */
    public void requireFits(ReferenceModel model, Point point) {
        ModelFacts of = model.facts();
        String name = model.description().getOrDefault("name", "the model");
        if (facts.inputWidth() != of.hiddenSize()) {
            throw refused("reads states of width " + facts.inputWidth() + declaredModel() + ", " + name
                    + " has states of width " + of.hiddenSize());
        }
        if (point.block() >= of.layers()) {
            throw refused(
                    "reads " + point + declaredModel() + ", the last block of " + name + " is " + (of.layers() - 1));
        }
        Optional<String> digest = facts.hook().modelDigest();
        if (digest.isPresent() && !digest.get().equals(model.digest())) {
            throw refused("was trained on a model with digest " + Printable.quoted(digest.get()) + declaredModel()
                    + ", " + name + " has " + model.digest());
        }
        facts.hook()
                .model()
                .flatMap(HookCheck::family)
                .filter(family -> digest.isEmpty() && family != of.family())
                .ifPresent(family -> {
                    throw refused("was trained on "
                            + Printable.quoted(facts.hook().model().orElseThrow()) + ", a "
                            + family.modelType() + ", but " + name + " is a "
                            + of.family().modelType());
                });
    }

    private static Optional<Family> family(String model) {
        String last = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return NAMES.entrySet().stream()
                .filter(name ->
                        Pattern.compile("^" + name.getKey()).matcher(last).find())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /**
     * Makes sure that what was measured are numbers and, unless told otherwise, that the autoencoder does on these tokens what it was made
     * for.
     *
     * @param unchecked whether an autoencoder that is dead here, or far from what its files declare, is taken all the same
     * @throws AuditException {@code NUMERIC} where reconstructions are too large for 32 bits, or no numbers at all; {@code MODEL} where it
     *     is dead (no feature active, or FVU above 1), or L0 or FVU are far from what its files declare
     */
    public void require(Reconstruction measured, boolean unchecked) {
        if (!Double.isFinite(measured.fvu())) {
            throw new AuditException(
                    AuditException.Code.NUMERIC,
                    shown()
                            + " gives reconstructions that are not finite: its weights do not belong to these states, or one of them is "
                            + "zero throughout, which its input norm cannot scale");
        }
        if (!unchecked) {
            complaint(measured).ifPresent(reason -> {
                throw unsound(reason);
            });
        }
    }

    /** What a reader has to know where it is used unchecked though something is wrong with it. */
    public Optional<String> disregarded(Reconstruction measured) {
        return complaint(measured)
                .map(reason -> shown()
                        + " does not fit these states and is used all the same, as --sae-unchecked asks: " + reason);
    }

    /** What is wrong with it on these tokens, if anything is: that it is dead, or far from what its files declare. */
    Optional<String> complaint(Reconstruction measured) {
        if (measured.l0() == 0) {
            return Optional.of("no feature is active in any of " + measured.tokens() + " tokens");
        }
        if (measured.fvu() > 1) {
            return Optional.of("its reconstruction is worse than the mean of the states (" + found(measured) + ")");
        }
        OptionalDouble l0 = facts.declared().l0();
        if (l0.isPresent()
                && (measured.l0() > L0_FACTOR * l0.getAsDouble() || measured.l0() * L0_FACTOR < l0.getAsDouble())) {
            return Optional.of(otherThanDeclared("an L0", l0.getAsDouble(), measured));
        }
        OptionalDouble fvu = facts.declared().fvu();
        if (fvu.isPresent() && measured.fvu() > fvu.getAsDouble() + FVU_SLACK) {
            return Optional.of(otherThanDeclared("an FVU", fvu.getAsDouble(), measured));
        }
        return Optional.empty();
    }

    private static String otherThanDeclared(String what, double declared, Reconstruction measured) {
        return String.format(
                Locale.ROOT,
                "its files declare %s of %.4g, measured are %s over %d tokens",
                what,
                declared,
                found(measured),
                measured.tokens());
    }

    private static String found(Reconstruction measured) {
        return String.format(Locale.ROOT, "L0 %.4g, FVU %.4g", measured.l0(), measured.fvu());
    }

    private String declaredModel() {
        return facts.hook().model().map(name -> " of " + Printable.quoted(name)).orElse("");
    }

    private String shown() {
        return "the autoencoder " + Printable.line(facts.name());
    }

    private AuditException refused(String reason) {
        return new AuditException(
                AuditException.Code.MODEL,
                shown() + " " + reason + ": take the one that belongs to this model and point");
    }

    private AuditException unsound(String reason) {
        return new AuditException(
                AuditException.Code.MODEL,
                shown() + " does not fit these states: " + reason
                        + "; look whether model and point are those that it was trained on, or say --sae-unchecked");
    }
}
