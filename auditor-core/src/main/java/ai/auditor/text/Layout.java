package ai.auditor.text;

import ai.auditor.data.Message;
import ai.auditor.text.internal.jinja.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Lays a conversation out as the one text that a model reads. */
sealed interface Layout {
    /** How conversations are read. */
    Reading reading();

    /** The turns of a prompt that is answered so. */
    Turns turns(List<Message> prompt, String completion);

    /** The turns of a prompt that has no answer yet. */
    Turns turns(List<Message> prompt);

    /** The text of a prompt, up to where its answer starts; of no message, nothing. */
    ChatTemplate.Rendering prompt(Turns prompt);

    /** The text of a prompt and its answer. */
    ChatTemplate.Rendering whole(Turns prompt, String completion);

    /**
     * The messages of a prompt as they are laid out.
     *
     * @param moved whether the text of a system message went before the user's turn
     */
    record Turns(List<Message> messages, boolean moved) {}

    /** By a chat template. */
    record Templated(ChatTemplate template, Map<String, String> specialTokens, Reading reading) implements Layout {
        /** What stands between the text of a system message and the user's turn that takes it in, as in the templates that do so themselves. */
        private static final String BETWEEN = "\n\n";

        static Templated of(ChatTemplate template, Map<String, String> specialTokens) {
            return new Templated(
                    template,
                    Map.copyOf(specialTokens),
                    template.keepsSystem(specialTokens) ? Reading.CHAT_TEMPLATE : Reading.CHAT_TEMPLATE_WITHOUT_SYSTEM);
        }

        @Override
        public Turns turns(List<Message> prompt, String completion) {
            return turns(prompt, own -> Stream.of(prompt(own), whole(own, completion)));
        }

        @Override
        public Turns turns(List<Message> prompt) {
            return turns(prompt, own -> Stream.of(prompt(own)));
        }

        /** A template that takes an opening system message may still refuse one elsewhere, or leave it out. */
        private Turns turns(List<Message> prompt, Renderings renderings) {
            Turns own = new Turns(prompt, false);
            List<String> systems = prompt.stream()
                    .filter(Templated::isSystem)
                    .map(message -> Template.trimmed(message.content()))
                    .toList();
            boolean kept = systems.isEmpty()
                    || (reading == Reading.CHAT_TEMPLATE
                            && renderings
                                    .of(own)
                                    .allMatch(rendering -> !rendering.refused()
                                            && systems.stream().allMatch(rendering.text()::contains)));
            return kept ? own : new Turns(withoutSystem(prompt), true);
        }

        /** What a conversation is rendered to. */
        private interface Renderings {
            Stream<ChatTemplate.Rendering> of(Turns turns);
        }

        private static boolean isSystem(Message message) {
            return message.role().equals("system");
        }

        private static List<Message> withoutSystem(List<Message> messages) {
            List<Message> turns = new ArrayList<>();
            List<String> waiting = new ArrayList<>();
            for (Message message : messages) {
                boolean user = message.role().equals("user");
                if (user || isSystem(message)) {
                    waiting.add(message.content());
                }
                if (!isSystem(message)) {
                    flush(waiting, turns);
                }
                if (!user && !isSystem(message)) {
                    turns.add(message);
                }
            }
            flush(waiting, turns);
            return turns;
        }

        private static void flush(List<String> texts, List<Message> turns) {
            if (!texts.isEmpty()) {
                turns.add(Message.user(String.join(BETWEEN, texts)));
                texts.clear();
            }
        }

        @Override
        public ChatTemplate.Rendering prompt(Turns prompt) {
            return prompt.messages().isEmpty()
                    ? new ChatTemplate.Rendering("", false)
                    : template.tryRender(prompt.messages(), true, specialTokens);
        }

        @Override
        public ChatTemplate.Rendering whole(Turns prompt, String completion) {
            List<Message> messages = new ArrayList<>(prompt.messages());
            messages.add(new Message(Message.ASSISTANT, completion));
            return template.tryRender(messages, false, specialTokens);
        }
    }

    /** Without one. */
    record Raw() implements Layout {
        private static final char END = '\n';

        @Override
        public Reading reading() {
            return Reading.RAW;
        }

        @Override
        public Turns turns(List<Message> prompt, String completion) {
            return turns(prompt);
        }

        @Override
        public Turns turns(List<Message> prompt) {
            return new Turns(prompt, false);
        }

        @Override
        public ChatTemplate.Rendering prompt(Turns prompt) {
            StringBuilder text = new StringBuilder();
            prompt.messages().forEach(message -> text.append(message.content()).append(END));
            return new ChatTemplate.Rendering(text.toString(), false);
        }

        @Override
        public ChatTemplate.Rendering whole(Turns prompt, String completion) {
            return new ChatTemplate.Rendering(prompt(prompt).text() + completion, false);
        }
    }
}
